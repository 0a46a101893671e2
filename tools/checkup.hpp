// What the doctor found, step by step: a line each for people as it is found, one object for machines at the end.
#pragma once
#include "failure.hpp"

#include <string>
#include <vector>

namespace tool {

enum class State { ok, problem, unknown };

struct Step {
    std::string step;
    State       state = State::ok;
    std::string detail, clause, hint;
    Exit        exit = Exit::ok;
};

class Checkup {
public:
    enum class Form { lines, json };
    Checkup(std::string url, Form form) : url_(std::move(url)), form_(form) {}

    void ok(const std::string& step, const std::string& detail, const std::string& hint = {}) { add({step, State::ok, detail, {}, hint, Exit::ok}); }
    void unknown(const std::string& step, const std::string& detail, const std::string& hint = {}) { add({step, State::unknown, detail, {}, hint, Exit::ok}); }
    void problem(const std::string& step, const Failure& failure);
    void problem(const std::string& step, const std::string& detail, const std::string& clause, const std::string& hint, Exit exit);

    bool has(const std::string& step) const;
    bool has_problem(const std::string& step) const;
    /// ok, or that of the first problem.
    Exit exit() const;
    /// The last line, or the whole as JSON.
    void tell() const;

private:
    void add(Step step);

    std::string       url_;
    Form              form_;
    std::vector<Step> steps_;
};

}  // namespace tool
