#include "operations/transaction.hpp"

#include "crypto/digest.hpp"

template struct cmpkit::der::Described<cmpkit::operations::Transaction>;

namespace cmpkit::operations {

std::string_view name_of(TransactionState state) {
    switch (state) {
    case TransactionState::fresh: return "fresh";
    case TransactionState::issued: return "issued";
    case TransactionState::ended: return "ended";
    case TransactionState::waiting: return "waiting";
    }
    return "unknown";
}

Octets request_id(Bytes transaction_key) {
    Octets id = crypto::sha256(transaction_key);
    id.resize(16);
    return id;
}

Octets transaction_key(std::string_view requester_id, Bytes transaction_id) {
    Octets key;
    key.reserve(requester_id.size() + 1 + transaction_id.size());
    key.assign(requester_id.begin(), requester_id.end());
    key.push_back(0);
    key.insert(key.end(), transaction_id.begin(), transaction_id.end());
    return key;
}

std::string owner_in(Bytes transaction_key) { return std::string(transaction_key.begin(), std::ranges::find(transaction_key, 0)); }

}  // namespace cmpkit::operations
