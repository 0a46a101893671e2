// What a command remembers beside its operation, for «cmpkit resume»: fields by name, as JSON. Each struct says its fields once, for both ways;
// no secret and no passphrase is among them, only where each comes from.
//
//     MemoWriter memo;  order.remember(memo);  memo.text();       // {"url":"http://…"}
//     MemoReader memo(json);  order.remember(memo);
#pragma once
#include "json.hpp"
#include "octets.hpp"

#include <string>
#include <vector>

namespace tool {

/// Files that are read once: their names, and what is in them as text.
struct Files {
    std::vector<std::string> names, texts;

    /// Fills texts. @param label  of the PEM block that a file in DER becomes  @throws Failure
    void read(const char* label = "CERTIFICATE");
    bool empty() const { return names.empty(); }
};

class MemoWriter {
public:
    void field(const std::string& name, const std::string& value) { object_.add(name, value); }
    void field(const std::string& name, const std::vector<std::string>& words);
    void field(const std::string& name, const Files& files);
    /// Where a secret comes from; one that stands on the command line itself is asked for at the terminal next time.
    void source(const std::string& name, const std::string& source);
    std::string text() const { return object_.text(); }

private:
    JsonObject object_;
};

/// A field that is absent is empty.
class MemoReader {
public:
    explicit MemoReader(const Json& json) : json_(json) {}

    void field(const std::string& name, std::string& value) const { value = json_[name].text(); }
    void field(const std::string& name, std::vector<std::string>& words) const;
    void field(const std::string& name, Files& files) const;
    void source(const std::string& name, std::string& source) const { field(name, source); }

private:
    const Json& json_;
};

}  // namespace tool
