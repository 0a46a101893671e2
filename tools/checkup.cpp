#include "checkup.hpp"

#include "json.hpp"

#include <algorithm>
#include <iomanip>
#include <iostream>

namespace tool {
namespace {

const char* word_of(State state) { return state == State::ok ? "ok" : state == State::problem ? "problem" : "unknown"; }

bool is_problem(const Step& step) { return step.state == State::problem; }

void print(const Step& step) {
    std::cout << std::left << std::setw(9) << word_of(step.state) << std::setw(14) << step.step << step.detail;
    // The library's own text names the clause already.
    if (!step.clause.empty() && step.detail.find(step.clause) == step.detail.npos) std::cout << " (" << step.clause << ')';
    std::cout << '\n';
    if (!step.hint.empty()) std::cout << std::string(23, ' ') << "try: " << step.hint << '\n';
    std::cout.flush();  // the next step may take its time
}

std::string json_of(const Step& step) {
    return JsonObject().add("step", step.step).add("state", word_of(step.state)).add("detail", step.detail).add("clause", step.clause).add("hint", step.hint).text();
}

}  // namespace

void Checkup::add(Step step) {
    if (form_ == Form::lines) print(step);
    steps_.push_back(std::move(step));
}

void Checkup::problem(const std::string& step, const Failure& failure) {
    problem(step, failure.what(), failure.clause, failure.hint.empty() ? "the server's log may tell more" : failure.hint, failure.exit);
}

void Checkup::problem(const std::string& step, const std::string& detail, const std::string& clause, const std::string& hint, Exit exit) {
    add({step, State::problem, detail, clause, hint, exit});
}

bool Checkup::has(const std::string& step) const {
    return std::ranges::any_of(steps_, [&](const Step& each) { return each.step == step; });
}

bool Checkup::has_problem(const std::string& step) const {
    return std::ranges::any_of(steps_, [&](const Step& each) { return each.step == step && is_problem(each); });
}

Exit Checkup::exit() const {
    const auto first = std::ranges::find_if(steps_, is_problem);
    return first == steps_.end() ? Exit::ok : first->exit;
}

void Checkup::tell() const {
    const auto problems = std::ranges::count_if(steps_, is_problem);
    if (form_ == Form::lines) {
        std::cout << (problems ? std::to_string(problems) + (problems > 1 ? " problems; begin with the first." : " problem.") : "No problem was found.") << '\n';
        return;
    }
    std::string steps;
    for (const Step& step : steps_) steps += (steps.empty() ? "" : ",") + json_of(step);
    std::cout << JsonObject().add("url", url_).add_raw("steps", "[" + steps + "]").add_raw("healthy", problems ? "false" : "true").text() << '\n';
}

}  // namespace tool
