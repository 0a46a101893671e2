#include "state_file.hpp"

#include "files.hpp"
#include "interruption.hpp"

namespace tool {
namespace {

// The way to the CA failed, or somebody here stopped: neither says anything of the request.
bool may_go_on(const Failure& failure) { return failure.exit == Exit::network || failure.rc == CMPKIT_E_CANCELLED || failure.rc == CMPKIT_E_MEMORY; }

}  // namespace

StateFile StateFile::fresh(std::string path) {
    if (!path.empty() && exists(path)) throw Failure(Exit::usage, path + " holds an operation already", "«cmpkit resume " + path + "» goes on with it");
    if (!path.empty()) require_place(path);
    return {std::move(path), false};
}

void StateFile::run(const Operation& operation, const Context& context, const Peer& peer, const std::string& memo) {
    const Tls tls = peer.tls();
    call(cmpkit_operation_set_timeouts, operation.get(), 0u, 0u, peer.total_ms(context));
    const auto run_it = [&] { call(cmpkit_operation_run, operation.get(), peer.url.c_str(), static_cast<const cmpkit_tls*>(tls.get())); };
    if (path_.empty()) return run_it();
    const Octets octets = octets_of(memo);
    call(cmpkit_operation_set_memo, operation.get(), octets.data(), octets.size());
    call(cmpkit_operation_set_save, operation.get(), &StateFile::save, static_cast<void*>(this), static_cast<cmpkit_destroy_fn>(nullptr));
    try {
        const Interruption interruption(operation);
        run_it();
    } catch (Failure& failure) {
        settle(failure);
        throw;
    }
    remove();
}

cmpkit_rc StateFile::save(void* user, const uint8_t* state, size_t size) {
    auto& file = *static_cast<StateFile*>(user);
    try {
        file.write({reinterpret_cast<const char*>(state), size});
        return CMPKIT_OK;
    } catch (const Failure& failure) {
        file.failure_ = failure;
    } catch (const std::exception& problem) {
        file.failure_ = Failure(Exit::failed, problem.what());
    }
    return CMPKIT_E_IO;
}

void StateFile::write(std::string_view octets) {
    Draft draft(path_, octets, Mode::secret);
    if (is_there_) draft.replace();
    else draft.publish();  // of two commands with the same file the second one stops
    is_there_ = true;
}

void StateFile::settle(Failure& failure) {
    is_kept_ = is_there_ && (failure_ || may_go_on(failure));
    if (!is_kept_) remove();
    if (failure_) failure = *failure_;
    if (is_kept_) failure.hint += (failure.hint.empty() ? "" : "; ") + ("«cmpkit resume " + path_ + "» goes on with it");
}

void StateFile::remove() {
    if (std::exchange(is_there_, false)) remove_file(path_);
}

}  // namespace tool
