// State machines as tables: one flat array of rows per role; the first row that matches wins, no row means the event does not belong here.
#pragma once
#include "result.hpp"

namespace cmpkit::operations {

/// An action returns what to do next; it does not do it.
template <class Machine, class State, class Event, class Action> struct Transition {
    State from;
    Event event;
    bool (Machine::*guard)() const;  // a named claim; null: always
    Action (Machine::*action)();
    State to;
};

template <class Machine, class State, class Event, class Action>
const Transition<Machine, State, Event, Action>* find_transition(std::span<const Transition<Machine, State, Event, Action>> table, State state, Event event,
                                                                 const Machine& machine) {
    for (const auto& row : table)
        if (row.from == state && row.event == event && (!row.guard || (machine.*row.guard)())) return &row;
    return nullptr;
}

}  // namespace cmpkit::operations
