#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "framework/base/tensor.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace branchline::apps {

/// Texts with units, as flags, configuration and environment give them. `where` names the input in
/// the error.
/// @throws InputError when the unit is missing or unknown, or the number is negative or not finite.

/// "80ms", "1.5s", "250us", "10ns", "2min", "1h".
std::chrono::nanoseconds parse_duration(const std::string& text, const std::string& where);

/// "512B", "32kB" (10^3), "32KiB" (2^10), "8MiB", "1GiB".
std::int64_t parse_bytes(const std::string& text, const std::string& where);

/// Bytes per second from "2mbit", "500kbit", "1gbit" (10^6, 10^3, 10^9 bit/s), "10MB/s". Greater
/// than zero.
double parse_rate(const std::string& text, const std::string& where);

/// Per second: "20Hz", "0.5Hz". Greater than zero.
double parse_frequency(const std::string& text, const std::string& where);

/// "1,3,224,224".
Shape parse_shape(const std::string& text, const std::string& where);

/// "80 ms", "1.25 s", "35 µs": three significant digits without trailing zeros, for people.
std::string show_duration(std::chrono::nanoseconds duration);

/// Decimal units, three significant digits: "980 B", "11.8 kB", "3.1 MB".
std::string show_bytes(std::int64_t bytes);

/// "2 Mbit/s" from bytes per second.
std::string show_rate(double bytes_per_s);

/// Pads to `width` columns, at least one space; counts characters, not bytes ("µs" is two columns).
std::string padded(const std::string& text, std::size_t width);

/// Flags bound to the value itself; parsed when the command line is, so that errors name the flag
/// and exit with 2. A duration or size above 0 is shown as the default.
CLI::Option* add_duration(CLI::App& app, const std::string& flag, std::chrono::nanoseconds& value,
                          const std::string& help);
CLI::Option* add_bytes(CLI::App& app, const std::string& flag, std::int64_t& value,
                       const std::string& help);
CLI::Option* add_rate(CLI::App& app, const std::string& flag, double& bytes_per_s,
                      const std::string& help);
CLI::Option* add_frequency(CLI::App& app, const std::string& flag, double& hertz,
                           const std::string& help);
CLI::Option* add_shape(CLI::App& app, const std::string& flag, Shape& shape,
                       const std::string& help);

}  // namespace branchline::apps
