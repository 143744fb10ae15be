#include "apps/branchline/flags.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <functional>

#include "framework/base/error.h"

namespace branchline::apps {
namespace {

using std::chrono::nanoseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string complaint(const std::function<void()>& parse) {
  try {
    parse();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string duration_complaint(const std::string& text) {
  return complaint([&text] { parse_duration(text, "--deadline"); });
}

TEST(ParseDuration, TakesEveryUnit) {
  EXPECT_EQ(parse_duration("10ns", "x"), nanoseconds(10));
  EXPECT_EQ(parse_duration("250us", "x"), nanoseconds(250'000));
  EXPECT_EQ(parse_duration("250µs", "x"), nanoseconds(250'000));
  EXPECT_EQ(parse_duration("80ms", "x"), nanoseconds(80'000'000));
  EXPECT_EQ(parse_duration("1.5s", "x"), nanoseconds(1'500'000'000));
  EXPECT_EQ(parse_duration("2min", "x"), nanoseconds(120'000'000'000));
  EXPECT_EQ(parse_duration("0.5h", "x"), nanoseconds(1'800'000'000'000));
  EXPECT_EQ(parse_duration("0ms", "x"), nanoseconds(0));
  EXPECT_EQ(parse_duration("1.2ns", "x"), nanoseconds(1));
}

TEST(ParseDuration, NamesFlagTextAndFix) {
  EXPECT_THAT(duration_complaint("80"),
              AllOf(HasSubstr("--deadline: '80' has no unit"), HasSubstr("80ms")));
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  EXPECT_THAT(duration_complaint("80parsec"), HasSubstr("unknown unit 'parsec'"));
  EXPECT_THAT(duration_complaint("-1ms"), HasSubstr("negative"));
  EXPECT_THAT(duration_complaint("ms"), HasSubstr("number"));
  EXPECT_THAT(duration_complaint(""), HasSubstr("number"));
  EXPECT_THAT(duration_complaint("infs"), HasSubstr("number"));
  EXPECT_THAT(duration_complaint("nans"), HasSubstr("number"));
  EXPECT_THAT(duration_complaint("1e300s"), HasSubstr("too large"));
  EXPECT_THAT(duration_complaint("80 ms"), HasSubstr("unknown unit ' ms'"));
}

TEST(ParseBytes, KnowsPowersOfTenAndOfTwo) {
  EXPECT_EQ(parse_bytes("512B", "x"), 512);
  EXPECT_EQ(parse_bytes("32kB", "x"), 32'000);
  EXPECT_EQ(parse_bytes("32KiB", "x"), 32'768);
  EXPECT_EQ(parse_bytes("8MiB", "x"), 8'388'608);
  EXPECT_EQ(parse_bytes("1GiB", "x"), 1'073'741'824);
  EXPECT_THAT(complaint([] { parse_bytes("512", "--cache"); }), HasSubstr("no unit"));
}

TEST(ParseRate, CountsMbitAsAMillionBits) {
  EXPECT_DOUBLE_EQ(parse_rate("2mbit", "x"), 250'000);
  EXPECT_DOUBLE_EQ(parse_rate("500kbit", "x"), 62'500);
  EXPECT_DOUBLE_EQ(parse_rate("1gbit", "x"), 125'000'000);
  EXPECT_DOUBLE_EQ(parse_rate("8bit", "x"), 1);
  EXPECT_DOUBLE_EQ(parse_rate("10MB/s", "x"), 10'000'000);
  EXPECT_THAT(complaint([] { parse_rate("0mbit", "--uplink"); }), HasSubstr("greater than zero"));
  EXPECT_THAT(complaint([] { parse_rate("2Mibit", "--uplink"); }), HasSubstr("unknown unit"));
}

TEST(ParseFrequency, IsPositive) {
  EXPECT_DOUBLE_EQ(parse_frequency("0.5Hz", "x"), 0.5);
  EXPECT_THAT(complaint([] { parse_frequency("0Hz", "--rate"); }), HasSubstr("greater than zero"));
}

TEST(ParseShape, TakesPositiveDimensions) {
  EXPECT_EQ(parse_shape("1,3,224,224", "x"), (Shape{1, 3, 224, 224}));
  EXPECT_EQ(parse_shape("7", "x"), Shape{7});
  for (const char* text : {"", ",", "1,", ",1", "1,,2", "1x3", "1,0", "1,-3", "1, 3", "1.5"}) {
    EXPECT_THAT(complaint([text] { parse_shape(text, "--input"); }), HasSubstr("no shape")) << text;
  }
}

TEST(ShowDuration, HasThreeDigitsAndTheLargestUnit) {
  EXPECT_EQ(show_duration(nanoseconds(0)), "0 ns");
  EXPECT_EQ(show_duration(nanoseconds(999)), "999 ns");
  EXPECT_EQ(show_duration(nanoseconds(35'000)), "35 µs");
  EXPECT_EQ(show_duration(nanoseconds(80'000'000)), "80 ms");
  EXPECT_EQ(show_duration(nanoseconds(1'254'000'000)), "1.25 s");
  EXPECT_EQ(show_duration(nanoseconds(999'960'000)), "1 s");
  EXPECT_EQ(show_duration(nanoseconds(99'960)), "100 µs");
  EXPECT_EQ(show_duration(nanoseconds(-2'500)), "-2.5 µs");
  EXPECT_EQ(show_duration(std::chrono::minutes(3)), "3 min");
}

TEST(ShowBytes, IsDecimal) {
  EXPECT_EQ(show_bytes(0), "0 B");
  EXPECT_EQ(show_bytes(980), "980 B");
  EXPECT_EQ(show_bytes(11'840), "11.8 kB");
  EXPECT_EQ(show_bytes(3'100'000), "3.1 MB");
}

TEST(ShowRate, IsInBits) {
  EXPECT_EQ(show_rate(250'000), "2 Mbit/s");
  EXPECT_EQ(show_rate(62'500), "500 kbit/s");
  EXPECT_EQ(show_rate(0.125), "1 bit/s");
}

TEST(Flags, FillTheValuesTheyAreBoundTo) {
  CLI::App app;
  nanoseconds deadline{1};
  std::int64_t size = 0;
  double rate = 0, frequency = 0;
  Shape shape;
  add_duration(app, "--deadline", deadline, "");
  add_bytes(app, "--size", size, "");
  add_rate(app, "--uplink", rate, "");
  add_frequency(app, "--rate", frequency, "");
  add_shape(app, "--input", shape, "");
  app.parse("--deadline 80ms --size 1kB --uplink 8mbit --rate 20Hz --input 1,3,4,4");
  EXPECT_EQ(deadline, nanoseconds(80'000'000));
  EXPECT_EQ(size, 1000);
  EXPECT_DOUBLE_EQ(rate, 1e6);
  EXPECT_DOUBLE_EQ(frequency, 20);
  EXPECT_EQ(shape, (Shape{1, 3, 4, 4}));
}

TEST(Flags, LeaveTheDefaultWhenAbsent) {
  CLI::App app;
  nanoseconds deadline{1};
  add_duration(app, "--deadline", deadline, "");
  app.parse("");
  EXPECT_EQ(deadline, nanoseconds(1));
}

TEST(Flags, ABadValueIsAUsageErrorThatNamesTheFlag) {
  CLI::App app;
  nanoseconds deadline{1};
  add_duration(app, "--deadline", deadline, "");
  try {
    app.parse("--deadline 80");
    FAIL() << "80 has no unit";
  } catch (const CLI::ParseError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--deadline: '80' has no unit"));
    EXPECT_NE(error.get_exit_code(), 0);
  }
}

}  // namespace
}  // namespace branchline::apps
