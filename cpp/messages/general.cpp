#include "messages/general.hpp"

template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::CertProfileValue>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::CertReqTemplateContent>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::CRLStatusList>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::KemCiphertextInfo>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::KemBMParameter>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::KemOtherInfo>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::OOBCertHash>();
