// What looks at each part of a message, and where it writes what it finds. For the files of findings_of() only.
#pragma once
#include "operations/findings.hpp"

namespace cmpkit::operations {

/// Findings in the order in which they are made, below one place of the message.
class Notebook {
public:
    explicit Notebook(std::vector<Finding>& findings) : findings_(findings) {}
    Notebook below(std::string_view place) const { return {findings_, joined(place)}; }

    void error(std::string_view path, std::string text, const char* clause) const { add(Level::error, path, std::move(text), clause); }
    void warning(std::string_view path, std::string text, const char* clause) const { add(Level::warning, path, std::move(text), clause); }
    void note(std::string_view path, std::string text, const char* clause) const { add(Level::note, path, std::move(text), clause); }
    /// What a check of the operations refuses is an error here too.
    template <class T> void take(const Result<T>& checked) const {
        if (checked) return;
        const Error& error = checked.error();
        add(Level::error, error.path.text(), error.detail.empty() ? std::string(text_of(error.code)) : escaped(error.detail), error.clause);
    }

private:
    Notebook(std::vector<Finding>& findings, std::string prefix) : findings_(findings), prefix_(std::move(prefix)) {}
    std::string joined(std::string_view path) const {
        const bool has_dot = !prefix_.empty() && !path.empty() && !path.starts_with('[');
        return prefix_ + (has_dot ? "." : "") + std::string(path);
    }
    void add(Level level, std::string_view path, std::string text, const char* clause) const {
        findings_.push_back({level, joined(path), std::move(text), clause});
    }

    std::vector<Finding>& findings_;
    std::string           prefix_;
};

/// "[3]"
inline std::string at(std::size_t index) { return "[" + std::to_string(index) + "]"; }

/// SHA-1 and MD5 in an algorithm's name.
void look_at_algorithm(const AlgorithmIdentifier& algorithm, std::string_view path, const Notebook& notebook);
/// A signature by the key that stands beside it. @param path  of the signature  @param clause  the rule that it breaks
void look_at_signature(const SubjectPublicKeyInfo& key, const AlgorithmIdentifier& algorithm, Bytes data, const der::BitString& signature, std::string_view path,
                       const char* clause, const Notebook& notebook);

void look_at_message(const PKIMessage& message, const Notebook& notebook);
void look_at_protection(const PKIMessage& message, const Notebook& notebook);
/// The notebook is that of the list, "body.ir".
void look_at_requests(const CertReqMessages& requests, const Notebook& notebook);
void look_at_request(const CertificationRequest& request, const Notebook& notebook);
void look_at_update(const CertReqMessages& requests, const Notebook& notebook);
void look_at_revocation(const RevReqContent& revocations, const Notebook& notebook);
void look_at_answer(const PKIBody& body, const CertRepMessage& content, const Notebook& notebook);
void look_at_answer(const RevRepContent& content, const Notebook& notebook);
void look_at_error(const ErrorMsgContent& content, const Notebook& notebook);
void look_at_confirmation(const CertConfirmContent& content, Pvno pvno, const Notebook& notebook);
void look_at_question(const GenMsgContent& items, const Notebook& notebook);
void look_at_information(const GenMsgContent& items, const Notebook& notebook);

}  // namespace cmpkit::operations
