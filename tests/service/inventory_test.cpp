// Inventories as files, and the profiles that name them.
#include "running.hpp"

#include "service/inventory.hpp"

using namespace cmpkit;
using namespace cmpkit::service;

namespace {

constexpr std::string_view header = "device,reference,subject,sans,not_after\n";

std::shared_ptr<const admission::Inventory> parsed(const std::string& text) {
    auto inventory = parse_inventory(text, "devices.csv");
    if (!inventory) FAIL(inventory.error().text());
    return *inventory;
}
std::string why_not(const std::string& text) {
    const auto inventory = parse_inventory(text, "devices.csv");
    REQUIRE_FALSE(inventory);
    CHECK(inventory.error().code == Code::bad_value);
    CHECK(inventory.error().detail.starts_with("devices.csv:"));
    return inventory.error().detail;
}
std::string row(std::string_view text) { return std::string(header) + std::string(text) + "\n"; }

}  // namespace

TEST_CASE("an inventory is CSV as a spreadsheet writes it", "[service]") {
    const auto inventory = parsed("\xef\xbb\xbf" "device,reference,subject,sans,not_after\r\n"
                                  "SN-4,press4,\"CN=press 4,O=Plant\",dns:press4.plant  ip:192.0.2.4,2027-01-31\r\n\r\n"
                                  "\"SN,\"\"5\",,CN=press 5,,2027-01-31T12:00:00Z");
    CHECK(inventory->size() == 2);
    const auto* four = inventory->by_device("SN-4");
    REQUIRE(four);
    CHECK(four == inventory->by_reference("press4"));
    CHECK(four->subject == "CN=press 4,O=Plant");
    CHECK(four->sans == std::vector<std::string>{"dns:press4.plant", "ip:192.0.2.4"});
    CHECK(four->not_after == 1'801'439'999);
    const auto* five = inventory->by_device("SN,\"5");
    REQUIRE(five);
    CHECK(five->not_after == 1'801'396'800);
    CHECK_FALSE(inventory->by_device("SN-6"));
}

TEST_CASE("columns may be left out and stand in any order", "[service]") {
    const auto inventory = parsed("subject,reference\nCN=press 4,press4\n");
    CHECK(inventory->by_reference("press4")->subject == "CN=press 4");
    CHECK_FALSE(inventory->by_device(""));
}

TEST_CASE("a slip in an inventory is named with its file and line", "[service]") {
    const auto says = [](const std::string& why, std::string_view part) {
        UNSCOPED_INFO(why);
        return why.find(part) != std::string::npos;
    };
    CHECK(says(why_not(""), "names the columns"));
    CHECK(says(why_not("device;subject\n"), "devices.csv:1: there is no column \"device;subject\""));
    CHECK(says(why_not("device,subject,device\n"), "is there twice"));
    CHECK(says(why_not(row("SN-4,,CN=x")), "devices.csv:2: there are 3 fields, the first line names 5"));
    CHECK(says(why_not(row("SN-4,,CN=press 4,O=Plant,,")), "there are 6 fields"));
    CHECK(says(why_not(row("SN-4,,\"CN=x,,")), "no closing quote"));
    CHECK(says(why_not(row("SN-4,,\"CN=x\"y,,")), "between a closing quote and the comma"));
    CHECK(says(why_not(row("SN-4,,CN=\"x\",,")), "a field that is not in quotes"));
    CHECK(says(why_not(row("SN-4,,CN=x,,tomorrow")), "not_after is no date"));
    CHECK(says(why_not(row("SN-4,,CN=x,,2027-02-30")), "not_after is no date"));
    CHECK(says(why_not(row("SN-4,,CN=x,,2027-01-31T12:00:00+01:00")), "not_after is no date"));
    CHECK(says(why_not(row("SN-4,,CN=x\x1b,,")), "characters that cannot be seen"));
    CHECK(says(why_not(row("SN-4,,CN=\xff,,")), "not UTF-8"));
    CHECK(says(why_not(row("SN-4,,CN=x,dns:a dns:,")), "devices.csv:2: "));
    CHECK(says(why_not(row("SN-4,,CN=x,,\nSN-4,,CN=y,,")), "devices.csv:3: another row has this device"));
    CHECK(says(why_not(row(",,CN=x,,")), "says not who"));
    CHECK(says(why_not(row("SN-4,,,,")), "neither a subject nor"));
}

TEST_CASE("octets without sense are no inventory and no harm", "[service]") {
    for (const std::string& text : {std::string(1, '\0'), std::string(5000, ','), std::string(5000, '"'), std::string("\n\n\n"), std::string(header) + std::string(5000, '"'),
                                    std::string(header) + "\"" + std::string(5000, ',')})
        CHECK_FALSE(parse_inventory(text, "devices.csv"));
    CHECK(parsed(std::string(header))->size() == 0);  // nobody is let in
}

namespace {

Result<std::shared_ptr<const admission::Inventory>> json(std::string_view text) { return parse_inventory(text, "devices.json"); }
std::string why_not_json(std::string_view text) {
    const auto inventory = json(text);
    REQUIRE_FALSE(inventory);
    CHECK(inventory.error().code == Code::bad_value);
    return inventory.error().detail;
}

}  // namespace

TEST_CASE("an inventory is JSON too, where its name says so", "[service]") {
    const auto inventory = json(R"([
        {"device": "SN-4", "reference": "press4", "subject": "CN=press 4,O=Plant", "sans": ["dns:press4.plant", "ip:192.0.2.4"], "not_after": "2027-01-31"},
        {"subject":"CN=Gie\u00dferei \ud83c\udfed \\\"5\\\"","device":"SN\/5"}
    ])");
    INFO((inventory ? std::string() : inventory.error().text()));
    REQUIRE(inventory);
    CHECK((*inventory)->size() == 2);
    const auto* four = (*inventory)->by_device("SN-4");
    REQUIRE(four);
    CHECK(four == (*inventory)->by_reference("press4"));
    CHECK(four->sans == std::vector<std::string>{"dns:press4.plant", "ip:192.0.2.4"});
    CHECK(four->not_after == 1'801'439'999);
    REQUIRE((*inventory)->by_device("SN/5"));
    CHECK((*inventory)->by_device("SN/5")->subject == "CN=Gie\xc3\x9f" "erei \xf0\x9f\x8f\xad \\\"5\\\"");
    CHECK((*json(" [ ] "))->size() == 0);
}

TEST_CASE("JSON that is no inventory is refused with its line and the path to what is wrong", "[service]") {
    const auto says = [](std::string_view text, std::string_view why) {
        const std::string said = why_not_json(text);
        INFO(said);
        return said.find(why) == 0;
    };
    CHECK(says("[{\"device\":\"a\",\"subject\":\"CN=a\"},\n{\"device\":\"b\",\"sans\":[\"dns:b\",7]}]", "devices.json:2: [1].sans[1]: a string is expected"));
    CHECK(says(R"([{"device":"a","subject":"CN=a"},{"device":"a","subject":"CN=b"}])", "devices.json:1: [1]: another row has this device"));
    CHECK(says(R"([{"device":"a","sans":"dns:a"}])", "devices.json:1: [0].sans: an array is expected"));
    CHECK(says(R"([{"device":"a","sans":["dns:"]}])", "devices.json:1: [0]: "));
    CHECK(says(R"([{"device":"a","not_after":"soon"}])", "devices.json:1: [0].not_after: not_after is no date"));
    CHECK(says(R"([{"device":"a","colour":"red"}])", "devices.json:1: [0].colour: there is no such member"));
    CHECK(says(R"([{"device":"a","device":"b"}])", "devices.json:1: [0]: the member \"device\" is there twice"));
    CHECK(says(R"([{"subject":"CN=a"}])", "devices.json:1: [0]: the row says not who"));
    CHECK(says(R"([{"device":"a\u001b"}])", "devices.json:1: [0].device: there are characters that cannot be seen"));
    CHECK(says(R"([{"device":"a\u202eb"}])", "devices.json:1: [0].device: there are characters that cannot be seen"));
    CHECK(says("[{\"device\":\"\xff\"}]", "devices.json:1: [0].device: there are characters"));
    CHECK(says(R"([{"device":null}])", "devices.json:1: [0].device: a string is expected"));
    CHECK(says(R"([] [])", "devices.json:1: something stands behind the end"));
}

TEST_CASE("JSON that is cut anywhere, or made to hurt, is refused", "[service]") {
    const std::string whole = R"([{"device":"SN-4","subject":"CN=\u00df\ud83c\udfed","sans":["dns:a"]}])";
    REQUIRE(json(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(json(std::string_view(whole).substr(0, size)));
    for (const std::string& text : {std::string(100'000, '['), std::string(100'000, '{'), "[" + std::string(100'000, ','), std::string("[{\"device\":\"\\ud83c\"}]"),
                                    std::string("[{\"device\":\"\\udfed\"}]"), std::string("[{\"device\":\"\\x\"}]"), std::string("[{,}]"), std::string("[{}],"), std::string("\0[]", 3)})
        CHECK_FALSE(json(text));
}

namespace {

std::string with_inventory(const Plant& plant, const std::string& text) {
    REQUIRE(write_file(plant.folder + "/devices.csv", bytes_of(text), 0600));
    return plant.with("name               = \"device\"\n", "name = \"device\"\ninventory = \"devices.csv\"\n");
}

}  // namespace

TEST_CASE("an inventory is read with its configuration, and again with each reload", "[service]") {
    const Running     running;
    const std::string text = with_inventory(running.plant, "reference,subject\nother,CN=press 4\n");
    CHECK(running.reload(text).empty());
    CHECK(running.answer(Running::request("first")) == "refused");
    with_inventory(running.plant, "reference,subject\ndev1,CN=press 4\n");
    CHECK(running.reload(text).empty());
    const Octets request = Running::request("first");
    with_inventory(running.plant, "reference,subject\ndev1\n");
    CHECK(running.plant.refusal(text).find("devices.csv:2: there are 1 fields") != std::string::npos);
    CHECK(running.answer(request) == "ip");
    const auto listed = running.server->edition()->office({})->authority.list({}, 10);
    REQUIRE(listed);
    CHECK(to_text(listed->front().certificate->subject) == "CN=press 4");
}

TEST_CASE("a profile with what it fixes is read, and a slip in it is named", "[service]") {
    const Plant       plant;
    const std::string more = plant.text + "\n[[profile]]\nname = \"vpn\"\nforced_subject = \"O=Plant\"\nfixed = [\"validity\", \"key_usage\", \"extended_key_usage\"]\npolicies = [\"1.3.6.1.4.1.32473.7\"]\n";
    const std::string extension = "[[profile.extension]]\noid = \"1.3.6.1.4.1.32473.1\"\n";
    auto              read      = read_configuration(more + extension + "critical = true\nhex = \"0c026869\"\n", plant.folder);
    if (!read) FAIL(read.error().text());
    const ca::Profile& profile = read->authorities.front().ca.profiles.back();
    CHECK(profile.forced_subject == "O=Plant");
    CHECK((profile.fixes_validity && profile.fixes_key_usage && profile.fixes_extended_key_usage));
    CHECK(profile.policies == std::vector<std::string>{"1.3.6.1.4.1.32473.7"});
    REQUIRE(profile.extensions.size() == 1);
    CHECK(profile.extensions.front().critical);
    CHECK(to_hex(profile.extensions.front().value) == "0c026869");
    CHECK(plant.refusal(more + extension).find("hex or file") != std::string::npos);
    CHECK(plant.refusal(more + extension + "hex = \"0c0\"\n").find("extension.hex: DER is expected") != std::string::npos);
    CHECK(plant.refusal(more + extension + "hex = \"-c02\"\n").find("extension.hex: DER is expected") != std::string::npos);
    CHECK(plant.refusal(more + extension + "file = \"none\"\n").find("extension.file") != std::string::npos);
    CHECK(plant.refusal(plant.with("name               = \"device\"\n", "name = \"device\"\nfixed = \"subject\"\n")).find("profile.fixed") != std::string::npos);
    CHECK(plant.refusal(plant.with("name               = \"device\"\n", "name = \"device\"\ninventory_key = \"{subject.CN}\"\n")).find("there is no inventory") != std::string::npos);
    CHECK(plant.refusal(plant.with("[ca]\n", "[ca]\nkeep_expired = \"a while\"\n")).find("ca.keep_expired: a duration") != std::string::npos);
}

TEST_CASE("a server forgets expired certificates as it is told to", "[service]") {
    const Running running;
    const auto    listed = [&] { return running.server->edition()->office({})->authority.list({}, 10)->size(); };
    CHECK(running.answer(Running::request("first")) == "ip");
    CHECK(running.server->tick(Plant::founded + 3600));  // nobody confirms
    constexpr std::int64_t years = 365 * 86400;
    CHECK(running.server->tick(Plant::founded + 10 * years));  // a CRL lists it after its expiry
    CHECK(running.reload(running.plant.with("[ca]\n", "[ca]\nkeep_expired = \"1y\"\n")).empty());
    CHECK(listed() == 1);
    CHECK(running.server->tick(Plant::founded + 10 * years + 8 * 86400));
    CHECK(running.server->tick(Plant::founded + 10 * years + 10 * 86400));
    CHECK(listed() == 0);
}
