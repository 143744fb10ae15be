#include "apps/branchline/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>

#include "framework/base/error.h"

namespace branchline::apps {
namespace {

struct UnitOfMeasure {
  std::string_view name;
  double factor;
};

constexpr std::array<UnitOfMeasure, 7> kDurations = {
    {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}}};
constexpr std::array<UnitOfMeasure, 8> kSizes = {{{"B", 1},
                                                  {"kB", 1e3},
                                                  {"MB", 1e6},
                                                  {"GB", 1e9},
                                                  {"KiB", 1024},
                                                  {"MiB", 1024.0 * 1024},
                                                  {"GiB", 1024.0 * 1024 * 1024},
                                                  {"TiB", 1024.0 * 1024 * 1024 * 1024}}};
constexpr std::array<UnitOfMeasure, 8> kRates = {{{"bit", 0.125},
                                                  {"kbit", 125},
                                                  {"mbit", 125e3},
                                                  {"gbit", 125e6},
                                                  {"B/s", 1},
                                                  {"kB/s", 1e3},
                                                  {"MB/s", 1e6},
                                                  {"GB/s", 1e9}}};
constexpr std::array<UnitOfMeasure, 2> kFrequencies = {{{"Hz", 1}, {"kHz", 1e3}}};

/// The number in front of the unit, times the unit's factor.
template <std::size_t N>
double parse_measure(const std::string& text, const std::string& where,
                     const std::array<UnitOfMeasure, N>& units, const std::string& examples) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string fix = "write " + examples;
  if (error != std::errc() || !std::isfinite(number)) {
    throw InputError("'" + text + "' does not start with a number", where, fix);
  }
  if (number < 0) throw InputError("'" + text + "' is negative", where, fix);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  if (unit.empty()) throw InputError("'" + text + "' has no unit", where, fix);
  for (const UnitOfMeasure& known : units) {
    if (unit == known.name) return number * known.factor;
  }
  throw InputError("'" + text + "' has the unknown unit '" + std::string(unit) + "'", where, fix);
}

std::int64_t rounded(double value, const std::string& text, const std::string& where) {
  constexpr double kLimit = 9.2e18;
  if (value > kLimit) throw InputError("'" + text + "' is too large", where);
  return std::llround(value);
}

double positive(double value, const std::string& text, const std::string& where) {
  if (!(value > 0) || !std::isfinite(value)) {
    throw InputError("'" + text + "' must be greater than zero", where);
  }
  return value;
}

/// Three significant digits, trailing zeros kept away: 80, 1.25, 11.8.
std::string three_digits(double value) {
  std::array<char, 32> text{};
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  std::string number = text.data();
  if (number.find('.') == std::string::npos) return number;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  return number;
}

/// `value` in the largest unit of which it has at least one; `units` ascending.
template <std::size_t N>
std::string show_measure(double value, const std::array<UnitOfMeasure, N>& units) {
  const UnitOfMeasure* chosen = &units.front();
  for (const UnitOfMeasure& unit : units) {
    // 999.6 of a unit would show as 1000: it is 1 of the next one.
    if (std::fabs(value) >= unit.factor * 0.9995) chosen = &unit;
  }
  const std::string sign = value < 0 ? "-" : "";
  return sign + three_digits(std::fabs(value) / chosen->factor) + " " + std::string(chosen->name);
}

/// CLI11 reports an exception of its own kind with the flag's name; ours already names it.
template <typename Value, typename Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& flag, Value& value,
                        const std::string& help, const std::string& type_name, Parse parse) {
  CLI::Option* option = app.add_option_function<std::string>(
      flag,
      [&value, flag, parse](const std::string& text) {
        try {
          value = parse(text, flag);
        } catch (const InputError& error) {
          throw CLI::ValidationError(error.what(), CLI::ExitCodes::ValidationError);
        }
      },
      help);
  return option->type_name(type_name);
}

struct WrittenUnit {
  std::string_view name;
  std::int64_t factor;
};

/// The default in --help and in written configurations, exactly and as it would be given: "1GiB".
/// Values below 1 mean "not given". `units` descend to 1.
template <std::size_t N>
CLI::Option* with_default(CLI::Option* option, std::int64_t value,
                          const std::array<WrittenUnit, N>& units) {
  if (value < 1) return option;
  for (const WrittenUnit& unit : units) {
    if (value % unit.factor != 0) continue;
    return option->default_str(std::to_string(value / unit.factor) + std::string(unit.name));
  }
  return option;
}

}  // namespace

std::chrono::nanoseconds parse_duration(const std::string& text, const std::string& where) {
  return std::chrono::nanoseconds(
      rounded(parse_measure(text, where, kDurations, "80ms, 1.5s or 250us"), text, where));
}

std::int64_t parse_bytes(const std::string& text, const std::string& where) {
  return rounded(parse_measure(text, where, kSizes, "512B, 32kB or 8MiB"), text, where);
}

double parse_rate(const std::string& text, const std::string& where) {
  return positive(parse_measure(text, where, kRates, "2mbit, 500kbit or 10MB/s"), text, where);
}

double parse_frequency(const std::string& text, const std::string& where) {
  return positive(parse_measure(text, where, kFrequencies, "20Hz or 0.5Hz"), text, where);
}

Shape parse_shape(const std::string& text, const std::string& where) {
  Shape shape;
  const char* next = text.data();
  const char* const end = next + text.size();
  while (true) {
    std::int64_t dimension = 0;
    const auto [rest, error] = std::from_chars(next, end, dimension);
    const bool separated = rest == end || *rest == ',';
    if (error != std::errc() || dimension < 1 || !separated) {
      throw InputError("'" + text + "' is no shape", where,
                       "write the dimensions with commas between, as in 1,3,224,224");
    }
    shape.push_back(dimension);
    if (rest == end) return shape;
    next = rest + 1;
  }
}

std::string show_duration(std::chrono::nanoseconds duration) {
  constexpr std::array<UnitOfMeasure, 5> kShown = {
      {{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}}};
  return show_measure(static_cast<double>(duration.count()), kShown);
}

std::string show_bytes(std::int64_t bytes) {
  constexpr std::array<UnitOfMeasure, 5> kShown = {
      {{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}}};
  return show_measure(static_cast<double>(bytes), kShown);
}

std::string show_rate(double bytes_per_s) {
  constexpr std::array<UnitOfMeasure, 4> kShown = {
      {{"bit/s", 0.125}, {"kbit/s", 125}, {"Mbit/s", 125e3}, {"Gbit/s", 125e6}}};
  return show_measure(bytes_per_s, kShown);
}

std::string padded(const std::string& text, std::size_t width) {
  const auto columns = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  return text + std::string(columns < width ? width - columns : 1, ' ');
}

CLI::Option* add_duration(CLI::App& app, const std::string& flag, std::chrono::nanoseconds& value,
                          const std::string& help) {
  constexpr std::array<WrittenUnit, 4> kUnits = {
      {{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
  return with_default(add_parsed(app, flag, value, help, "DURATION", parse_duration), value.count(),
                      kUnits);
}

CLI::Option* add_bytes(CLI::App& app, const std::string& flag, std::int64_t& value,
                       const std::string& help) {
  constexpr std::array<WrittenUnit, 4> kUnits = {
      {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};
  return with_default(add_parsed(app, flag, value, help, "SIZE", parse_bytes), value, kUnits);
}

CLI::Option* add_rate(CLI::App& app, const std::string& flag, double& bytes_per_s,
                      const std::string& help) {
  return add_parsed(app, flag, bytes_per_s, help, "RATE", parse_rate);
}

CLI::Option* add_frequency(CLI::App& app, const std::string& flag, double& hertz,
                           const std::string& help) {
  return add_parsed(app, flag, hertz, help, "FREQUENCY", parse_frequency);
}

CLI::Option* add_shape(CLI::App& app, const std::string& flag, Shape& shape,
                       const std::string& help) {
  return add_parsed(app, flag, shape, help, "N,N,…", parse_shape);
}

}  // namespace branchline::apps
