#include "transport/link_trace.h"

#include <gtest/gtest.h>

#include <fstream>

#include "framework/base/error.h"

namespace branchline::transport {
namespace {

using namespace std::chrono_literals;

constexpr double kPacketPerMs = 1500e3;  // bytes per second

std::string trace_file(const std::string& content) {
  // Tests may run side by side, a process each.
  const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string file = ::testing::TempDir() + "link_trace_" + test + ".txt";
  std::ofstream(file) << content;
  return file;
}

TEST(LinkTrace, ReadsACsvTrace) {
  const LinkProfile profile = read_link_trace(
      trace_file("time_s,uplink_mbps,downlink_mbps\n0.0,10.5,25.92\n0.2,0.000,8\r\n"));
  EXPECT_EQ(profile.uplink, (RateTrace{{{0ns, 10.5e6 / 8}, {200ms, 0}}, 400ms}));
  EXPECT_EQ(profile.downlink, (RateTrace{{{0ns, 25.92e6 / 8}, {200ms, 1e6}}, 400ms}));
}

TEST(LinkTrace, OneLineIsASteadyLink) {
  EXPECT_EQ(read_link_trace(trace_file("0,8,16\n")).uplink, steady_rate(1e6));
}

TEST(LinkTrace, NamesTheLineOfABadCsvTrace) {
  for (const auto& [bad, line] :
       std::vector<std::pair<std::string, std::string>>{{"0,1,2\n0.2,x,1\n", ":2"},
                                                        {"0,1,2\n0,1,2\n", ":2"},
                                                        {"1,1,2\n", ":1"},
                                                        {"", ":1"},
                                                        {"# only\n\n", ":2"},
                                                        {"0,-1,2\n", ":1"},
                                                        {"0,1\n", ":1"},
                                                        {"0,1,2,3\n", ":1"},
                                                        {"0,nan,1\n", ":1"},
                                                        {"0,1;2\n", ":1"}}) {
    try {
      read_link_trace(trace_file(bad));
      ADD_FAILURE() << bad;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(".txt" + line + ":"), std::string::npos)
          << error.what();
    }
  }
  EXPECT_THROW(read_link_trace("/nowhere/trace.csv"), InputError);
}

TEST(LinkTrace, AMahimahiLineIsAPacketInTheMillisecondBeforeIt) {
  EXPECT_EQ(
      read_mahimahi_trace(trace_file("2\n2\n3\n6\n")),
      (RateTrace{
          {{0ms, 0}, {1ms, 2 * kPacketPerMs}, {2ms, kPacketPerMs}, {3ms, 0}, {5ms, kPacketPerMs}},
          6ms}));
  EXPECT_EQ(read_mahimahi_trace(trace_file("1\n2\n3\n4\n")),
            (RateTrace{{{0ms, kPacketPerMs}}, 4ms}));
}

TEST(LinkTrace, MahimahiBytesAreThoseOfItsLines) {
  const RateSchedule schedule(read_mahimahi_trace(trace_file("0\n1\n7\n7\n7\n20\n")), TimePoint{});
  EXPECT_NEAR(schedule.bytes_between(TimePoint{}, TimePoint{} + 200ms), 10 * 6 * 1500, 1e-6);
  EXPECT_NEAR(schedule.bytes_between(TimePoint{}, TimePoint{} + 1ms), 2 * 1500, 1e-6);
}

TEST(LinkTrace, NamesTheLineOfABadMahimahiTrace) {
  for (const auto& [bad, line] : std::vector<std::pair<std::string, std::string>>{
           {"1\n5\n4\n", ":3"},
           {"1\n2.5\n", ":2"},
           {"1\n-2\n", ":2"},
           {"", ":1"},
           {"0\n", ":1"},
           {"1\n2 3\n", ":2"},
           {"time_s,uplink_mbps,downlink_mbps\n0,1,2\n", ":1"},
           {"1\n99999999999999\n", ":2"},
           {"1\n99999999999999999999999\n", ":2"}}) {
    try {
      read_mahimahi_trace(trace_file(bad));
      ADD_FAILURE() << bad;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(".txt" + line + ":"), std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace branchline::transport
