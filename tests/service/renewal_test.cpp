// An RA's own CMP signer: when it is renewed, and what is on the disk whenever somebody stops in the middle. The CA answers in the same process.
#include "beginner.hpp"

using namespace cmpkit;
using namespace cmpkit::service;

TEST_CASE("an RA that has a secret alone gets a certificate, and the file has both halves", "[service]") {
    Beginner   ra;
    const auto signer = ra.obtained();
    CHECK(signer.chain.front().has_purpose(oids::id_kp_cmcRA));
    CHECK(signer.chain.size() == 2);
    const auto read = read_own_signer(ra.enroll.file);
    REQUIRE(read);
    CHECK(same_signer(*read, signer));
    CHECK(std::filesystem::status(ra.enroll.file).permissions() == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK_FALSE(exists(ra.enroll.draft()));
}

TEST_CASE("who stops at any message goes on with the same key", "[service]") {
    for (const bool arrives : {false, true}) {
        Beginner ra;
        ra.lost    = 1;
        ra.arrives = arrives;
        REQUIRE_FALSE(ra.obtain());
        const auto draft = read_draft(ra.enroll.draft());
        REQUIRE(draft);
        CHECK_FALSE(exists(ra.enroll.file));
        CHECK(equal(ra.obtained().key->public_key().spki(), draft->key->public_key().spki()));
        CHECK_FALSE(exists(ra.enroll.draft()));
    }
}

TEST_CASE("a renewal keeps the name, takes another key, and leaves the signer before beside", "[service]") {
    for (const bool by_update : {false, true}) {
        Beginner ra;
        ra.enroll.current   = ra.obtained();
        ra.enroll.by_update = by_update;
        ra.enroll.first     = {};
        const auto next     = ra.obtained();
        CHECK(same_name(next.chain.front()->subject, ra.enroll.current.chain.front()->subject));
        CHECK_FALSE(equal(next.key->public_key().spki(), ra.enroll.current.key->public_key().spki()));
        const auto before = read_own_signer(ra.enroll.kept());
        REQUIRE(before);
        CHECK(same_signer(*before, ra.enroll.current));
    }
}

TEST_CASE("who stops between the new certificate's file and the end takes that for the end", "[service]") {
    Beginner ra;
    ra.lost = 1;
    REQUIRE_FALSE(ra.obtain());
    const auto left = read_file(ra.enroll.draft());
    ra.enroll.current = ra.obtained();
    REQUIRE(write_file(ra.enroll.draft(), *left, 0600));
    const auto next = ra.obtained();
    CHECK_FALSE(same_signer(next, ra.enroll.current));
    CHECK_FALSE(exists(ra.enroll.draft()));
}

TEST_CASE("what is left of an enrollment is of no use where it is broken", "[service]") {
    Beginner ra;
    REQUIRE(write_file(ra.enroll.draft(), bytes_of("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), 0600));
    CHECK(ra.obtained());
}

TEST_CASE("a wrong secret leaves nothing behind, and is tried again after growing pauses", "[service]") {
    Beginner ra;
    ra.enroll.first.secret = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of("guessed")));
    CHECK_FALSE(ra.turn());
    CHECK_FALSE(exists(ra.enroll.draft()));
    CHECK_FALSE(exists(ra.enroll.file));
    REQUIRE(ra.outcomes.size() == 1);
    CHECK(ra.outcomes[0].find("not enrolled, next try in 10 s: ") == 0);
    CHECK_FALSE(ra.turn());
    CHECK(ra.sent == 1);
    ra.now += 10;
    CHECK_FALSE(ra.turn());
    CHECK(ra.outcomes.back().find("next try in 20 s") != std::string::npos);
    ra.enroll = ra.settings();
    ra.renewal.begin_afresh();
    CHECK(ra.turn());
    CHECK(ra.outcomes.back() == "enrolled until 2027-04-15T08:00:10Z");
}

TEST_CASE("a certificate that is none of an RA is declined", "[service]") {
    Beginner ra;
    ra.enroll.first.secret    = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of("first")));
    ra.enroll.first.reference = "dev1";
    ra.enroll.profile.clear();
    der::Arena arena;
    ra.enroll.subject = der::encode(*name_from_text("CN=dev1", arena));
    CHECK_FALSE(ra.obtain());
    CHECK(ra.sent == 2);  // ir, and the certConf that says no
    CHECK_FALSE(exists(ra.enroll.file));
    CHECK_FALSE(exists(ra.enroll.draft()));
}

TEST_CASE("a renewal begins when a third of the validity is left, or when the configuration says", "[service]") {
    Beginner ra;
    REQUIRE(ra.turn());
    const crypto::Cert first = ra.enroll.current.chain.front();
    CHECK(renewal_time(first, 0) == first.not_after() - 30 * 86400);
    CHECK(renewal_time(first, 86400) == first.not_after() - 86400);
    ra.now = renewal_time(first, 0) - 1;
    CHECK_FALSE(ra.turn());
    ++ra.now;
    REQUIRE(ra.turn());
    CHECK(ra.enroll.current.chain.front().not_after() == ra.now + 90 * 86400);
}

TEST_CASE("who wants renewals all the time gets one in half of the validity", "[service]") {
    Beginner ra;
    ra.enroll.renew_before = 365 * 86400;
    REQUIRE(ra.turn());
    ra.now += 44 * 86400;
    CHECK_FALSE(ra.turn());
    ra.now += 86400;
    CHECK(ra.turn());
}

TEST_CASE("pauses double up to an hour, and shrink as the end comes near", "[service]") {
    CHECK(pause_after(1, 10, 0) == 10);
    CHECK(pause_after(3, 10, 0) == 40);
    CHECK(pause_after(60, 10, 0) == 3600);
    CHECK(pause_after(60, 10, 400) == 100);
    CHECK(pause_after(60, 10, 4) == 10);
}

TEST_CASE("an expired signer begins anew only where that is wanted", "[service]") {
    Beginner ra;
    REQUIRE(ra.turn());
    ra.now = ra.enroll.current.chain.front().not_after() + 1;
    ra.sent = 0;
    CHECK_FALSE(ra.turn());
    CHECK(ra.sent == 0);
    CHECK(ra.outcomes.back().find("the certificate has expired, and ra.enroll.when_expired") != std::string::npos);
    ra.enroll.anew = true;
    ra.renewal.begin_afresh();
    CHECK(ra.turn());
}

TEST_CASE("two processes with one file enroll once, and both go by what is in it", "[service]") {
    Beginner ra;
    {
        const auto other = FileLock::take(ra.enroll.lock());
        REQUIRE(other);
        CHECK_FALSE(ra.turn());
        CHECK(ra.sent == 0);
        CHECK(ra.outcomes.empty());
    }
    const auto by_other = ra.obtained();
    ra.sent = 0;
    REQUIRE(ra.turn());
    CHECK(ra.sent == 0);
    CHECK(same_signer(ra.enroll.current, by_other));
    CHECK(ra.outcomes.back().find("taken up, good until") == 0);
}

TEST_CASE("who leaves renewals to others asks for nothing", "[service]") {
    Beginner ra;
    ra.enroll.by_others = true;
    CHECK_FALSE(ra.turn());
    CHECK(ra.sent == 0);
    (void)ra.obtained();
    CHECK(ra.turn());
}

TEST_CASE("a key with the certificate of another is no signer", "[service]") {
    Beginner   ra;
    const auto signer = ra.obtained();
    const auto other  = *crypto::generate_key("ec:P-256");
    REQUIRE(write_own_signer(ra.enroll.file, *other, signer.chain));
    const auto read = read_own_signer(ra.enroll.file);
    REQUIRE_FALSE(read);
    CHECK(read.error().text().find("the key is not that of the first certificate") != std::string::npos);
}
