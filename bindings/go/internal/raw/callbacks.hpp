// What an application answers: one class for each callback of cmpkit.h, which the languages derive from (SWIG's directors), and the C function that leads
// to it. Whoever is given such an object owns it. An exception refuses, see call.hpp for where it goes.
#pragma once
#include "failure.hpp"

namespace cmpkit {

/// Where a callback puts its answer; good during the callback alone.
class Sink {
public:
    explicit Sink(cmpkit_sink* sink) : sink_(sink) {}
    void write(View octets) {
        if (const cmpkit_rc rc = cmpkit_sink_write(sink_, octets.data, octets.size)) throw Failed(rc, "api: the answer cannot be written");
    }
    /// The requester is told these words.
    void refuse(const std::string& words) {
        cmpkit_sink_set_error(sink_, CMPKIT_E_NOT_AUTHORIZED, border::given(words));
        is_refused_ = true;
    }
    void later(std::int64_t check_after, const std::string& reason) {
        if (const cmpkit_rc rc = cmpkit_sink_set_later(sink_, check_after, border::optional(reason))) throw Failed(rc, "api: a time to ask again is 1 s to a year");
    }
    bool is_refused() const { return is_refused_; }

private:
    cmpkit_sink* sink_;
    bool         is_refused_ = false;
};

class Logger {
public:
    virtual ~Logger() = default;
    virtual void log(int level, const std::string& text) = 0;
};
class Signer {
public:
    virtual ~Signer() = default;
    virtual void sign(View algorithm, View data, Sink* signature) = 0;
};
class Policy {
public:
    virtual ~Policy() = default;
    virtual bool accept(View certificate, bool with_mods, const std::string& text) = 0;
};
/// The chain is DER, one certificate behind the other.
class Keeper {
public:
    virtual ~Keeper() = default;
    virtual void keep(View certificate, View chain) = 0;
};
class Waiter {
public:
    virtual ~Waiter() = default;
    virtual void wait(std::int64_t check_after, const std::string& text) = 0;
};
class Tracer {
public:
    virtual ~Tracer() = default;
    virtual void trace(bool sent, View message) = 0;
};
class Carrier {
public:
    virtual ~Carrier() = default;
    virtual void exchange(const std::string& label, View request, Sink* answer) = 0;
};
class Saver {
public:
    virtual ~Saver() = default;
    virtual void save(View state) = 0;
};
class Informer {
public:
    virtual ~Informer() = default;
    virtual void inform(const std::string& requester, View value, Sink* answer) = 0;
};

/// As cmpkit_name_question and cmpkit_overseer_question; "" and no octets: absent. Good during the callback alone.
class Question {
public:
    explicit Question(const cmpkit_name_question* q)
        : requester(q->requester), kind(q->kind), profile(q->profile), subject(border::present(q->subject)), certificate_{q->certificate, q->certificate_size}, sans_(q->sans) {}
    explicit Question(const cmpkit_overseer_question* q)
        : requester(q->requester), kind(q->kind), profile(q->profile), subject(border::present(q->subject)), body(q->body), serial(border::present(q->serial)), rule(q->rule),
          upstream(border::present(q->upstream)), certificate_{q->certificate, q->certificate_size}, sans_(q->sans) {}

    View        certificate() const { return certificate_; }
    int         sans_size() const { return sans_size_; }
    std::string san(int index) const { return index >= 0 && index < sans_size_ ? sans_[index] : ""; }

    const std::string requester, kind, profile, subject, body, serial, rule, upstream;

private:
    View               certificate_;
    const char* const* sans_;
    int                sans_size_ = border::count(sans_);
};
class Namer {
public:
    virtual ~Namer() = default;
    virtual void name(const Question& question, Sink* subject, Sink* sans) = 0;
};
class Overseer {
public:
    virtual ~Overseer() = default;
    virtual void oversee(const Question& question, Sink* subject, Sink* sans) = 0;
};
class Adapter {
public:
    virtual ~Adapter() = default;
    virtual void adapt(View pkcs10, const std::string& upstream, const std::string& profile, const std::string& transaction_id, const std::string& request_id, Sink* certificates) = 0;
};
class Audience {
public:
    virtual ~Audience() = default;
    virtual void hear(const std::string& event) = 0;
};

}  // namespace cmpkit
