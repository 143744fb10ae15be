#include <charconv>
#include <string>

#include "framework/base/error.h"
#include "transport/channel.h"

namespace branchline::transport {
namespace {

[[noreturn]] void refuse_endpoint(const std::string& text, const std::string& why,
                                  const std::string& where) {
  throw InputError("'" + text + "' " + why, where, "Write HOST:PORT, e.g. 127.0.0.1:7400");
}

}  // namespace

Endpoint parse_endpoint(const std::string& text, const std::string& where) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) refuse_endpoint(text, "has no port", where);
  Endpoint endpoint;
  endpoint.host = text.substr(0, colon);
  const bool bracketed =
      endpoint.host.size() >= 2 && endpoint.host.front() == '[' && endpoint.host.back() == ']';
  if (bracketed) {
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  } else if (endpoint.host.find(':') != std::string::npos) {
    refuse_endpoint(text, "is an IPv6 address without brackets", where);
  }
  if (endpoint.host.empty()) refuse_endpoint(text, "has no host", where);
  const char* first = text.data() + colon + 1;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(first, last, endpoint.port);
  if (error != std::errc{} || end != last) {
    refuse_endpoint(text, "has no port between 0 and 65535", where);
  }
  return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

}  // namespace branchline::transport
