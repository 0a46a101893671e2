#include "messages/general.hpp"

template struct cmpkit::der::Described<cmpkit::CertProfileValue>;
template struct cmpkit::der::Described<cmpkit::CertReqTemplateContent>;
template struct cmpkit::der::Described<cmpkit::CRLStatusList>;
template struct cmpkit::der::Described<cmpkit::KemCiphertextInfo>;
template struct cmpkit::der::Described<cmpkit::KemBMParameter>;
template struct cmpkit::der::Described<cmpkit::KemOtherInfo>;
template struct cmpkit::der::Described<cmpkit::OOBCertHash>;
