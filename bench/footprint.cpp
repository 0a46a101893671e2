// What memory a device needs to enroll: this program is started again as the device, which asks a CA in this process over its standard streams, and as somebody who
// makes a key, signs and verifies with OpenSSL alone. Lines of: who, resident kB, of them not from files.
#include "bare.hpp"
#include "plant.hpp"

#include <fcntl.h>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace cmpkit;
using namespace cmpkit::bench;

void write_all(int to, Bytes octets) {
    const auto size = static_cast<std::uint32_t>(octets.size());
    require(write(to, &size, sizeof size) == sizeof size && write(to, octets.data(), size) == static_cast<ssize_t>(size), "the pipe is closed");
}
/// Empty: nobody will write any more.
Octets read_all(int from) {
    std::uint32_t size = 0;
    if (read(from, &size, sizeof size) != sizeof size) return {};
    Octets octets(size);
    for (std::size_t at = 0; at < octets.size();) {
        const ssize_t more = read(from, octets.data() + at, octets.size() - at);
        if (more <= 0) return {};
        at += static_cast<std::size_t>(more);
    }
    return octets;
}

void tell_memory(const char* who) {
    std::ifstream status("/proc/self/status");
    std::string   resident, anonymous;
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) resident = std::to_string(std::stol(line.substr(6)));
        if (line.starts_with("RssAnon:")) anonymous = std::to_string(std::stol(line.substr(8)));
    }
    std::fprintf(stderr, "%s %s %s\n", who, resident.c_str(), anonymous.c_str());
}

int be_bare() {
    const Bare   bare;
    const Octets octets(1000);
    bare.verify(octets, bare.sign(octets));
    bare.import();
    tell_memory("bare");
    return 0;
}

/// Hears its key, its chain and the root; then each message is asked for its answer.
int be_device() {
    operations::Credentials who;
    who.signer = sure(crypto::PrivateKey::parse(read_all(STDIN_FILENO), nullptr));
    who.chain  = sure(crypto::read_certificates(read_all(STDIN_FILENO)));
    const auto root = sure(crypto::read_certificates(read_all(STDIN_FILENO))).front();
    enrolled(enrollment_of(fresh_key(), std::move(who), trust_of_device(root)), now, [](const Octets& message) {
        write_all(STDOUT_FILENO, message);
        return read_all(STDIN_FILENO);
    });
    tell_memory("device");
    return 0;
}

/// This program as somebody else. @param talk  with its standard input and output
template <class Talk> void start(const char* who, const Talk& talk) {
    int to[2], from[2];
    require(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0, "no pipe");
    const pid_t process = fork();
    if (process == 0) {
        dup2(to[0], STDIN_FILENO), dup2(from[1], STDOUT_FILENO);
        execl("/proc/self/exe", "bench", who, nullptr);
        _exit(127);
    }
    close(to[0]), close(from[1]);
    talk(to[1], from[0]);
    close(to[1]), close(from[0]);
    int status = 0;
    require(waitpid(process, &status, 0) == process && status == 0, "the other process failed");
}

void measure_device() {
    const Ca   maker("/CN=Maker", {}), plant("/CN=Plant", maker.founded.root.certificate);
    const auto device = device_of(maker);
    std::string chain;
    for (const crypto::Cert& each : device.chain) chain += crypto::write_pem("CERTIFICATE", each.der());
    const auto key = sure(std::dynamic_pointer_cast<const crypto::PrivateKey>(device.signer)->to_pem(nullptr));
    start("device", [&](int to, int from) {
        write_all(to, key.view());
        write_all(to, bytes_of(chain));
        write_all(to, plant.founded.root.certificate.der());
        for (Octets message = read_all(from); !message.empty(); message = read_all(from)) write_all(to, plant.answer(message));
    });
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view who = count == 2 ? arguments[1] : "";
    if (who == "bare") return be_bare();
    if (who == "device") return be_device();
    start("bare", [](int, int) {});
    measure_device();
}
