#include "framework/profile/profile_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/base/error.h"

namespace branchline::profile {
namespace {

using ::testing::HasSubstr;

TierProfile sample_tier(const std::string& machine) {
  TierProfile tier;
  tier.key = {"00ff", machine, 2, "1.13.1"};
  tier.slowdown = 8.5;
  tier.load = {Duration(1), Duration(2), Duration(3), 3};
  tier.cuts = {{0, 0, {}, {Duration(10), Duration(11), Duration(12), 20}},
               {0, 2, {Duration(10), Duration(11), Duration(12), 20}, {}}};
  tier.unit_time = {Duration(0), Duration(4), Duration(6)};
  tier.codec["encode int8"] = {Duration(5), Duration(6), Duration(7), 20};
  return tier;
}

Profile sample_profile() { return {sample_tier("a \"small\" device"), {sample_tier("an edge")}}; }

std::string error_of(const std::string& text) {
  try {
    profile_from_json(text, "p.json");
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), InputKind::model);
    return error.what();
  }
  return "accepted";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(ProfileJson, ReadsWhatItWrote) {
  EXPECT_EQ(profile_from_json(to_json(sample_profile()), "p.json"), sample_profile());
}

TEST(ProfileJson, RefusesTextCutShortAnywhere) {
  const std::string text = to_json(sample_profile());
  for (std::size_t length = 0; length + 2 < text.size(); ++length) {
    EXPECT_NE(error_of(text.substr(0, length)), "accepted") << "length " << length;
  }
}

TEST(ProfileJson, NamesTheFieldThatIsWrong) {
  const std::string text = to_json(sample_profile());
  EXPECT_THAT(error_of(replaced(text, "branchline.profile/1", "branchline.profile/9")),
              HasSubstr("branchline.profile/9"));
  EXPECT_THAT(error_of(replaced(text, "\"threads\": 2", "\"threads\": -2")), HasSubstr("threads"));
  EXPECT_THAT(error_of(replaced(text, "\"slowdown\": 8.5", "\"slowdown\": 0")),
              HasSubstr("slowdown"));
  EXPECT_THAT(error_of(replaced(text, "\"unit\": 2", "\"unit\": 3")), HasSubstr("cuts[1]"));
  EXPECT_THAT(error_of(replaced(text, "\"median_ns\": 10", "\"median_ns\": \"10\"")),
              HasSubstr("median_ns"));
  EXPECT_THAT(error_of(replaced(text, "\"digest\"", "\"digits\"")), HasSubstr("digest"));
  EXPECT_THAT(error_of(replaced(text, "\"exit\": 1", "\"exit\": 0")), HasSubstr("counts from 1"));
  EXPECT_THAT(error_of("[]"), HasSubstr("not an object"));
}

TEST(ProfileJson, SaysWhatMadeAProfileStale) {
  const ProfileKey key = sample_tier("cpu a").key;
  EXPECT_NO_THROW(require_fresh(key, key, "p.json"));
  ProfileKey now = key;
  now.threads = 4;
  now.machine = "cpu b";
  try {
    require_fresh(key, now, "p.json");
    FAIL() << "a stale profile was accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), InputKind::model);
    EXPECT_THAT(error.what(), HasSubstr("the machine was cpu a and is cpu b"));
    EXPECT_THAT(error.what(), HasSubstr("threads was 2 and is 4"));
    EXPECT_THAT(error.what(), HasSubstr("branchline profile"));
  }
  now = key;
  now.digest = "0000";
  EXPECT_THROW(require_fresh(key, now, "p.json"), InputError);
  now = key;
  now.libtorch = "2.6";
  EXPECT_THROW(require_fresh(key, now, "p.json"), InputError);
}

}  // namespace
}  // namespace branchline::profile
