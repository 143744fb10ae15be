#include "transport/link_trace.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>
#include <vector>

#include "framework/base/error.h"

namespace branchline::transport {
namespace {

constexpr const char* kTraceHeader = "time_s,uplink_mbps,downlink_mbps";
constexpr double kBytesPerMegabit = 1e6 / 8;
constexpr double kMahimahiPacketBytes = 1500;
constexpr std::int64_t kLongestMahimahiMs = 24ll * 3600 * 1000;

/// Where in a trace: for its errors.
struct TracePlace {
  const std::string& file;
  const char* form;
  std::size_t line = 0;

  [[noreturn]] void refuse(const std::string& why) const {
    throw InputError(why, file + ":" + std::to_string(line), form);
  }
};

std::ifstream open_trace(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) throw InputError("cannot be read", file, "Check the path of the trace");
  return stream;
}

/// The next line that says something. @returns false at the end
bool next_line(std::ifstream& stream, std::string& text, TracePlace& place) {
  while (std::getline(stream, text)) {
    ++place.line;
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (!text.empty() && text.front() != '#') return true;
  }
  if (place.line == 0) place.line = 1;
  return false;
}

/// Takes one non-negative number and what follows it, a comma or the end.
double take_number(std::string_view& rest, const TracePlace& place) {
  double number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  const bool ends_well = end == rest.data() + rest.size() || *end == ',';
  if (error != std::errc{} || !ends_well || !(number >= 0 && number < 1e9)) {
    place.refuse("'" + std::string(rest.substr(0, 40)) + "' does not start with a number >= 0");
  }
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.empty()) rest.remove_prefix(1);
  return number;
}

struct TraceLine {
  Duration at{0};
  double uplink_bytes_per_s = 0, downlink_bytes_per_s = 0;
};

TraceLine trace_line(std::string_view text, const TracePlace& place) {
  TraceLine line;
  line.at =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(take_number(text, place)));
  line.uplink_bytes_per_s = take_number(text, place) * kBytesPerMegabit;
  line.downlink_bytes_per_s = take_number(text, place) * kBytesPerMegabit;
  if (!text.empty()) place.refuse("there is more than three numbers");
  return line;
}

Duration period_of(const std::vector<RateStep>& steps) {
  if (steps.size() < 2) return Duration{0};
  return 2 * steps.back().at - steps[steps.size() - 2].at;
}

std::int64_t mahimahi_millisecond(std::string_view text, const TracePlace& place) {
  std::int64_t at = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), at);
  if (error != std::errc{} || end != text.data() + text.size() || at < 0) {
    place.refuse("'" + std::string(text.substr(0, 40)) + "' is no whole millisecond >= 0");
  }
  if (at > kLongestMahimahiMs) place.refuse("the trace is longer than a day");
  return at;
}

/// `packets` leave within the millisecond that ends at `at_ms`.
void add_opportunities(std::vector<RateStep>& steps, std::int64_t at_ms, int packets) {
  const double rate = packets * kMahimahiPacketBytes * 1e3;
  const Duration end = std::chrono::milliseconds(at_ms);
  const Duration begin = end - std::chrono::milliseconds(1);
  if (begin == steps.back().at) {
    steps.back().bytes_per_s = rate;
  } else {
    steps.push_back({begin, rate});
  }
  steps.push_back({end, 0});
}

/// Steps of equal rate beside each other are one.
std::vector<RateStep> merged(const std::vector<RateStep>& steps) {
  std::vector<RateStep> result;
  for (const RateStep& step : steps) {
    if (result.empty() || result.back().bytes_per_s != step.bytes_per_s) result.push_back(step);
  }
  return result;
}

}  // namespace

LinkProfile read_link_trace(const std::string& file) {
  std::ifstream stream = open_trace(file);
  TracePlace place{file,
                   "A trace is CSV with the header time_s,uplink_mbps,downlink_mbps and ascending "
                   "times from 0"};
  LinkProfile profile;
  std::vector<RateStep>& uplink = profile.uplink.steps;
  for (std::string text; next_line(stream, text, place);) {
    if (text == kTraceHeader) continue;
    const TraceLine line = trace_line(text, place);
    if (uplink.empty() && line.at != Duration{0}) place.refuse("the first time is not 0");
    if (!uplink.empty() && line.at <= uplink.back().at) place.refuse("the time does not ascend");
    uplink.push_back({line.at, line.uplink_bytes_per_s});
    profile.downlink.steps.push_back({line.at, line.downlink_bytes_per_s});
  }
  if (uplink.empty()) place.refuse("the trace is empty");
  profile.uplink.period = profile.downlink.period = period_of(uplink);
  return profile;
}

RateTrace read_mahimahi_trace(const std::string& file) {
  std::ifstream stream = open_trace(file);
  TracePlace place{file,
                   "A mahimahi trace has a whole number of milliseconds a line, never descending, "
                   "the last one above 0"};
  std::vector<RateStep> steps = {{Duration{0}, 0}};
  std::int64_t last_ms = 0;
  int packets = 0;
  for (std::string text; next_line(stream, text, place);) {
    const std::int64_t at_ms = mahimahi_millisecond(text, place);
    if (at_ms < last_ms) place.refuse("the time descends");
    if (at_ms > last_ms && last_ms > 0) {
      add_opportunities(steps, last_ms, packets);
      packets = 0;  // those at 0 leave with the first ones after it
    }
    last_ms = at_ms;
    ++packets;
  }
  if (last_ms == 0) place.refuse("the trace is empty");
  add_opportunities(steps, last_ms, packets);
  steps.pop_back();  // the period ends there
  return {merged(steps), std::chrono::milliseconds(last_ms)};
}

}  // namespace branchline::transport
