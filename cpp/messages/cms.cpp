#include "messages/cms.hpp"

template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::EnvelopedData>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::SignedData>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::ContentInfo>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::AsymmetricKeyPackage>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::OneAsymmetricKey>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::EccCmsSharedInfo>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::CMSORIforKEMOtherInfo>();
