#include <charconv>
#include <fstream>
#include <string>

#include "framework/base/error.h"
#include "transport/link_emulator.h"

namespace branchline::transport {
namespace {

constexpr const char* kTraceHeader = "time_s,uplink_mbps,downlink_mbps";
constexpr double kBytesPerMegabit = 1e6 / 8;

[[noreturn]] void refuse_trace(const std::string& file, std::size_t line, const std::string& why) {
  throw InputError(why, file + ":" + std::to_string(line),
                   "A trace is CSV with the header " + std::string(kTraceHeader) +
                       " and ascending times from 0");
}

/// Takes one non-negative number and what follows it, a comma or the end.
double take_number(std::string_view& rest, const std::string& file, std::size_t line) {
  double number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  const bool ends_well = end == rest.data() + rest.size() || *end == ',';
  if (error != std::errc{} || !ends_well || !(number >= 0 && number < 1e9)) {
    refuse_trace(file, line, std::string(rest) + " does not start with a number >= 0");
  }
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.empty()) rest.remove_prefix(1);
  return number;
}

LinkStep trace_step(std::string_view text, const std::string& file, std::size_t line) {
  LinkStep step;
  step.at = std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(take_number(text, file, line)));
  step.uplink_bytes_per_s = take_number(text, file, line) * kBytesPerMegabit;
  step.downlink_bytes_per_s = take_number(text, file, line) * kBytesPerMegabit;
  if (!text.empty()) refuse_trace(file, line, "there is more than three numbers");
  return step;
}

}  // namespace

LinkProfile steady_link(double uplink_bytes_per_s, double downlink_bytes_per_s, Duration delay) {
  LinkProfile profile;
  profile.steps = {{Duration{0}, uplink_bytes_per_s, downlink_bytes_per_s}};
  profile.delay = delay;
  return profile;
}

LinkProfile read_link_trace(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) throw InputError("cannot be read", file, "Check the path of the trace");
  LinkProfile profile;
  profile.repeat = true;
  std::string text;
  for (std::size_t line = 1; std::getline(stream, text); ++line) {
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (text.empty() || text.front() == '#') continue;
    if (text == kTraceHeader) continue;
    const LinkStep step = trace_step(text, file, line);
    if (profile.steps.empty() && step.at != Duration{0}) {
      refuse_trace(file, line, "the first time is not 0");
    }
    if (!profile.steps.empty() && step.at <= profile.steps.back().at) {
      refuse_trace(file, line, "the time does not ascend");
    }
    profile.steps.push_back(step);
  }
  if (profile.steps.empty()) refuse_trace(file, 1, "the trace is empty");
  return profile;
}

}  // namespace branchline::transport
