// MANIFEST.txt: what is in a spool, as a table for people who carry it about. It is made from the folders each time and never read.
#pragma once
#include "folders.hpp"
#include "form.hpp"

namespace cmpkit_spool {

/// Writes it anew.
void write_manifest(const Folders& folders, const Form& form);

/// Writes it when something changed, once a second at most.
class Manifest {
public:
    Manifest(bool is_wanted, const Form& form) : is_wanted_(is_wanted), form_(form) {}

    void touch() { is_due_ = true; }
    void write_if_due(const Spool& spool, std::chrono::steady_clock::time_point now) {
        if (!is_wanted_ || !is_due_ || now - written_ < std::chrono::seconds(1) || !spool.is_there()) return;
        write(spool, now);
    }
    void finish(const Spool& spool) {
        if (is_wanted_ && is_due_ && spool.is_there()) write(spool, std::chrono::steady_clock::now());
    }

private:
    void write(const Spool& spool, std::chrono::steady_clock::time_point now) {
        write_manifest(*spool, form_);
        written_ = now;
        is_due_  = false;
    }

    const bool                            is_wanted_;
    const Form&                           form_;
    bool                                  is_due_ = true;
    std::chrono::steady_clock::time_point written_{};
};

}  // namespace cmpkit_spool
