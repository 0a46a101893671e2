#include "memo.hpp"

#include "files.hpp"
#include "pem.hpp"

namespace tool {
namespace {

std::string json_list(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts) list.append(list.empty() ? "" : ",").append(json_string(text));
    return "[" + list + "]";
}

std::vector<std::string> texts_in(const Json& list) {
    std::vector<std::string> texts;
    for (const auto& [name, text] : list.members()) texts.push_back(text.text());
    return texts;
}

}  // namespace

void Files::read(const char* label) {
    texts.clear();
    for (const std::string& name : names) texts.push_back(as_pem(read_file(name), label));
}

void MemoWriter::field(const std::string& name, const std::vector<std::string>& words) { object_.add_raw(name, json_list(words)); }

void MemoWriter::field(const std::string& name, const Files& files) {
    object_.add_raw(name, JsonObject().add_raw("names", json_list(files.names)).add_raw("texts", json_list(files.texts)).text());
}

void MemoWriter::source(const std::string& name, const std::string& source) {
    const bool is_place = source.empty() || source.starts_with("file:") || source.starts_with("env:");
    field(name, is_place ? source : "prompt");
}

void MemoReader::field(const std::string& name, std::vector<std::string>& words) const { words = texts_in(json_[name]); }

void MemoReader::field(const std::string& name, Files& files) const {
    files = {texts_in(json_[name]["names"]), texts_in(json_[name]["texts"])};
    files.texts.resize(files.names.size());
}

}  // namespace tool
