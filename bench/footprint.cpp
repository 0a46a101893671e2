// A CA for a device that tells what memory it takes to enroll: footprint DEVICE, a program that asks over its standard streams (device.c).
#include "plant.hpp"

#include <fcntl.h>
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

/// @param talk  with its standard input and output
template <class Talk> void start(const char* program, const Talk& talk) {
    int to[2], from[2];
    require(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0, "no pipe");
    const pid_t process = fork();
    if (process == 0) {
        dup2(to[0], STDIN_FILENO), dup2(from[1], STDOUT_FILENO);
        execl(program, program, nullptr);
        _exit(127);
    }
    close(to[0]), close(from[1]);
    talk(to[1], from[0]);
    close(to[1]), close(from[0]);
    int status = 0;
    require(waitpid(process, &status, 0) == process && status == 0, "the other process failed");
}

}  // namespace

int main(int, char** arguments) {
    const Ca   maker("/CN=Maker", {}), plant("/CN=Plant", maker.founded.root.certificate);
    const auto device = device_of(maker);
    std::string chain;
    for (const crypto::Cert& each : device.chain) chain += crypto::write_pem("CERTIFICATE", each.der());
    const auto key = sure(std::dynamic_pointer_cast<const crypto::PrivateKey>(device.signer)->to_pem(nullptr));
    start(arguments[1], [&](int to, int from) {
        write_all(to, key.view());
        write_all(to, bytes_of(chain));
        write_all(to, plant.founded.root.certificate.der());
        for (Octets message = read_all(from); !message.empty(); message = read_all(from)) write_all(to, plant.answer(message));
    });
}
