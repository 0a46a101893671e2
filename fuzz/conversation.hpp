// A requester and a CA: a row of elements, of which NULL begins another transaction, an INTEGER lets time pass and the rest are requests (requester.hpp).
#pragma once
#include "authority.hpp"
#include "requester.hpp"

namespace cmpkit::fuzz {

class Conversation {
public:
    explicit Conversation(store::Store& store) : authority_(store) {}

    void follow(Bytes row) {
        der::Tlv element;
        for (int turns = 0; turns < 8 && !der::take(row, element); ++turns) {
            if (element.tag == der::tag::null) requester_.begin_another();
            else if (element.tag == der::tag::integer) pass_time(element.content.empty() ? 0 : element.content[0] * 60);
            else if (const Octets request = requester_.request(element, time_); !request.empty()) requester_.hear(*authority_.answer(request, time_));
        }
    }

private:
    void pass_time(std::int64_t seconds) {
        time_ += seconds;
        authority_.end_overdue(time_);
    }

    Authority    authority_;
    Requester    requester_{signer_of(*founded().ra)};
    std::int64_t time_ = now;
};

}  // namespace cmpkit::fuzz
