// The server of a spool: takes requests in the order of their names, hands them up, and puts the answers beside them. One thread.
// A request is removed only when its answer stands, so whatever moment the process ends at, the next one goes on; it then hands the request up again,
// and a CMP server answers the same octets with the same reply.
// It refuses to judge a message; what is none goes to failed/ with the reason beside it.
#pragma once
#include "kit/message.hpp"
#include "kit/plugin.hpp"
#include "claims.hpp"
#include "folders.hpp"
#include "form.hpp"
#include "inbox.hpp"
#include "manifest.hpp"
#include "names.hpp"
#include "settling.hpp"
#include "watch.hpp"

#include <map>
#include <optional>
#include <set>
#include <thread>

namespace cmpkit_spool {

using Site = cmpkit_plugin::Site<Options>;

class Server : public cmpkit_transport_listener {
public:
    Server(Site site, std::string path, std::unique_ptr<Form> form, Post post = {});
    ~Server() override;

    /// Begins; the folder must be there, unless it is one that others make. @return why it cannot, or empty
    std::string         begin();
    const char*         url() const override { return site_.url.c_str(); }
    void                stop(std::chrono::milliseconds grace) override;
    /// Any thread.
    cmpkit_transport_rc answer(const std::string& name, cmpkit_plugin::Answer answer);

private:
    using Clock = std::chrono::steady_clock;

    /// A request that was handed up.
    struct Open {
        Letter                               request;
        std::optional<cmpkit_plugin::Answer> answer;  // that could not be written yet
    };
    using Opens = std::map<std::string, Open>;

    void run();
    void turn(bool is_due);
    bool hold_lock();
    void let_go_if_idle();
    void take_in();
    void take_all();
    void take_over(const Claim& claim, const std::string& file);
    void take(const std::string& name);
    void set_aside(const std::string& name, const File& file, const std::string& reason, bool is_final);
    bool claim(const std::string& name, const File& file);
    void hand_up(const std::string& name, Letter letter);
    void set_answer(const std::string& name, cmpkit_plugin::Answer answer);
    void write_answers();
    int  write_answer(const std::string& name, Open& open);
    int  write_reply(const std::string& name, const Open& open);
    int  send_reply(const std::string& name, const Open& open);
    bool is_answered(const std::string& name) const;
    void release_all();
    void complain(const std::string& what, int trouble);
    bool is_over() const;

    const Site                  site_;
    const std::unique_ptr<Form> form_;
    const Post                  post_;
    const std::string           address_;
    Spool                       spool_;
    Inbox                       inbox_;
    Watch                       watch_;
    Claimant                    claimant_;
    Settling                    settling_;
    Manifest                    manifest_;
    Opens                       open_;
    std::set<std::string>       complaints_;  // said once each
    bool                        is_full_ = false;
    Clock::time_point           used_{};  // when the last request was taken

    cmpkit_plugin::Mailbox           mailbox_;
    std::mutex                       mutex_;
    bool                             closed_ = false;
    std::optional<Clock::time_point> stop_at_;  // of the loop's thread
    std::thread                      thread_;
};

}  // namespace cmpkit_spool
