#include "ra/overseer.hpp"

namespace cmpkit::ra {

void Overseer::set(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
}

Overseer::Answer Overseer::find() const {
    const std::lock_guard lock(mutex_);
    return answer_;
}

}  // namespace cmpkit::ra
