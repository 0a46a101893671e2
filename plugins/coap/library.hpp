// libcoap, and what it leaves behind.
#pragma once
#include <coap3/coap.h>
#include <memory>

namespace cmpkit_coap {

struct Free {
    void operator()(coap_context_t* context) const { coap_free_context(context); }
    void operator()(coap_pdu_t* pdu) const { coap_delete_pdu(pdu); }
    void operator()(coap_string_t* text) const { coap_delete_string(text); }
};
using ContextPointer = std::unique_ptr<coap_context_t, Free>;
using PduPointer     = std::unique_ptr<coap_pdu_t, Free>;
using StringPointer  = std::unique_ptr<coap_string_t, Free>;

}  // namespace cmpkit_coap
