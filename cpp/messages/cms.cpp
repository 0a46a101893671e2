#include "messages/cms.hpp"

template struct cmpkit::der::Described<cmpkit::EnvelopedData>;
template struct cmpkit::der::Described<cmpkit::SignedData>;
template struct cmpkit::der::Described<cmpkit::ContentInfo>;
template struct cmpkit::der::Described<cmpkit::AsymmetricKeyPackage>;
template struct cmpkit::der::Described<cmpkit::OneAsymmetricKey>;
template struct cmpkit::der::Described<cmpkit::EccCmsSharedInfo>;
template struct cmpkit::der::Described<cmpkit::CMSORIforKEMOtherInfo>;
