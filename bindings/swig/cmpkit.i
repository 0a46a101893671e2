// One interface for Python, Java and Go. It stands on classes of ours (failure.hpp, callbacks.hpp, context.hpp, operation.hpp, responder.hpp, inspect.hpp) that call cmpkit.h
// alone, and its results are for the hand-written layers alone: nothing of it is public.
%module(directors="1", threads="1") raw

%include "stdint.i"
%include "std_string.i"  // before any %inline that names std::string: Go's `string` would be shadowed

%{
#include "inspect.hpp"
#include "operation.hpp"
#include "responder.hpp"
%}

// What SWIG has not heard of loses its namespace, and the typemaps do not fit.
namespace cmpkit {
struct View;
class Blob;
}

#if defined(SWIGPYTHON)
%include "for_python.swg"
#elif defined(SWIGJAVA)
%include "for_java.swg"
#elif defined(SWIGGO)
%include "for_go.swg"
#else
#error "no typemaps for this language"
#endif

// The constants of the header, and nothing else of it.
%rename("$ignore", %$isfunction) "";
%rename("$ignore", %$isclass) "";
%ignore CMPKIT_API;
%ignore CMPKIT_SINCE;
%rename("$ignore", regexmatch$name="_INIT$") "";
%include "cmpkit/cmpkit.h"
%rename("%s", %$isfunction) "";
%rename("%s", %$isclass) "";

// Values, not handles: after a failure Go would read through a null wrapper.
%feature("novaluewrapper") cmpkit::View;
%feature("novaluewrapper") cmpkit::Blob;

%feature("director") cmpkit::Logger;
%feature("director") cmpkit::Signer;
%feature("director") cmpkit::Policy;
%feature("director") cmpkit::Keeper;
%feature("director") cmpkit::Waiter;
%feature("director") cmpkit::Tracer;
%feature("director") cmpkit::Carrier;
%feature("director") cmpkit::Saver;
%feature("director") cmpkit::Informer;
%feature("director") cmpkit::Namer;
%feature("director") cmpkit::Overseer;
%feature("director") cmpkit::Adapter;
%feature("director") cmpkit::Audience;

%newobject cmpkit::Failure::cause;
%newobject cmpkit::Key::generate;
%newobject cmpkit::Key::load;
%newobject cmpkit::Key::open;
%newobject cmpkit::Key::of_signer;
%newobject cmpkit::Credentials::of_certificate;
%newobject cmpkit::Credentials::of_pkcs12;
%newobject cmpkit::Credentials::of_secret;
%newobject cmpkit::Operation::enroll;
%newobject cmpkit::Operation::revoke;
%newobject cmpkit::Operation::get;
%newobject cmpkit::Operation::saved;
%nodefaultctor cmpkit::Key;
%nodefaultctor cmpkit::Credentials;
%nodefaultctor cmpkit::Operation;

// Steps of C++ that the languages do not take themselves.
%ignore cmpkit::Failure::Failure;
%ignore cmpkit::Sink::Sink;
%ignore cmpkit::Sink::is_refused;
%ignore cmpkit::Question::Question;
%ignore cmpkit::Kept;
%ignore cmpkit::Founding::found;
%ignore cmpkit::EnrollOrder::operation;
%ignore cmpkit::RevokeOrder::operation;
%ignore cmpkit::GetOrder::operation;

// Of Owner, which SWIG does not know, its close() alone.
%extend cmpkit::Key { void close() { $self->close(); } }
%extend cmpkit::Credentials { void close() { $self->close(); } }
%extend cmpkit::Trust { void close() { $self->close(); } }
%extend cmpkit::Tls { void close() { $self->close(); } }
%extend cmpkit::Context { void close() { $self->close(); } }
%extend cmpkit::Responder { void close() { $self->close(); } }
%extend cmpkit::Listener { void close() { $self->close(); } }

%include "failure.hpp"
%include "callbacks.hpp"
%include "inspect.hpp"
%include "context.hpp"
%include "operation.hpp"
%include "responder.hpp"
