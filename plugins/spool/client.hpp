// The client of a spool: writes requests, waits for the files that answer them, and keeps answers it took for a while. One thread, from the first submit.
// The same octets asked again by a later process go on waiting for their answer, or get it from done/ where it was taken already: its host may have ended
// between the two. A folder that is away ends nothing.
// It refuses to believe more of a name than which request it belongs to.
#pragma once
#include "kit/message.hpp"
#include "kit/plugin.hpp"
#include "folders.hpp"
#include "form.hpp"
#include "inbox.hpp"
#include "manifest.hpp"
#include "settling.hpp"
#include "waiting.hpp"
#include "watch.hpp"

#include <functional>
#include <map>
#include <set>
#include <thread>

namespace cmpkit_spool {

using Setting = cmpkit_plugin::Client<Options>;

class Client : public cmpkit_transport_channel {
public:
    Client(Setting setting, std::string path, std::unique_ptr<Form> form, Post post = {});
    ~Client() override;

    cmpkit_transport_rc submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) override;
    void                cancel(std::uint64_t id) override;

private:
    using Clock = Waiting::Clock;

    void run();
    void turn(bool is_due);
    void move_files(bool is_due);
    Clock::time_point next_turn(Clock::time_point looked) const;

    // Requests.
    void        place_all();
    void        place(Waiting& waiting);
    bool        take_kept(Waiting& waiting);
    bool        adopt(Waiting& waiting);
    bool        stands(const std::string& name, const Waiting& waiting);
    void        write(Waiting& waiting);
    void        leave(Waiting& waiting, const std::string& name);
    void        send(Waiting& waiting);
    void        learn_what_is_left();
    void        wait_for(Waiting& waiting, const std::string& name);
    std::string withdraw(Waiting& waiting, bool is_given_up);

    // Answers.
    void     take_in();
    void     take_all();
    void     take(const std::string& file);
    Waiting* who_waits_for(const std::string& file, const File& at);
    void     take_status(Waiting& waiting, const std::string& file);
    void     take_note(Waiting& waiting, const std::string& line);
    void     take_answer(Waiting& waiting, const std::string& file);
    void     store_away(const Waiting& waiting, const std::string& file);
    void     see_failed();
    void     see_missing();
    void     sweep_done();

    void refuse_file(Waiting& waiting, const std::string& file, cmpkit_transport_rc rc, const std::string& why);
    void finish(Waiting& waiting, const cmpkit_plugin::Outcome& outcome, const cmpkit_transport_message* answer = nullptr);
    void end_overdue();
    void end_by_id(std::uint64_t id);

    const Setting               setting_;
    const std::unique_ptr<Form> form_;
    const Post                  post_;
    const std::string           address_;
    Spool                       spool_;
    Inbox                       inbox_;
    Watch                       watch_;
    Settling                    settling_;
    Manifest                    manifest_;

    std::map<std::uint64_t, Waiting>           waiting_;  // by our own number
    std::map<std::string, std::uint64_t>       by_stem_, by_mail_;
    std::multimap<std::string, std::string>    left_;  // requests of earlier processes: digest, name
    std::set<std::string>                      strangers_;  // replies that nobody here waits for
    std::uint64_t                              next_number_ = 1;
    unsigned                                   sequence_ = 0;
    Clock::time_point                          swept_{};

    cmpkit_plugin::Mailbox mailbox_;
    std::mutex             mutex_;
    bool                   stopping_ = false;
    std::thread            thread_;
};

}  // namespace cmpkit_spool
