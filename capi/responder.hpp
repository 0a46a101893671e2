// What a cmpkit_responder is: a server made from a configuration, and where it logs.
#pragma once
#include "handles.hpp"
#include "service/found.hpp"
#include "service/server.hpp"

struct cmpkit_responder {
    cmpkit_context*                          context;
    std::unique_ptr<cmpkit::service::Server> server;
    cmpkit::responder::Log                   log;
    std::mutex                               mutex{};  // guards what is below
    std::string                              ca{};     // that the desk is at; empty: the default one
};
