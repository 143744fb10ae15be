#include "apps/branchline/verbs/link_status.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/branchline/flags.h"

namespace branchline::apps {
namespace {

constexpr const char* kLinkSchema = "branchline.link/1";

std::string direction_text(const char* name, double bytes_per_s, std::uint64_t passed) {
  return std::string(name) + " " + show_rate(bytes_per_s) + ", " +
         show_bytes(static_cast<std::int64_t>(passed)) + " passed";
}

}  // namespace

const char* link_state(const transport::LinkStatus& status) {
  if (status.cut) return "cut";
  return status.stalled ? "stalled" : "open";
}

std::string link_status_text(const transport::LinkStatus& status, Duration since) {
  std::ostringstream text;
  text << std::chrono::floor<std::chrono::seconds>(since).count() << " s  " << link_state(status)
       << "  " << direction_text("up", status.uplink_bytes_per_s, status.uplink_bytes) << "  "
       << direction_text("down", status.downlink_bytes_per_s, status.downlink_bytes) << "  delay "
       << show_duration(status.delay);
  if (status.jitter > Duration{0}) text << " to " << show_duration(status.delay + status.jitter);
  text << "  " << status.connections << (status.connections == 1 ? " connection" : " connections");
  return text.str();
}

std::string link_status_json(const transport::LinkStatus& status, Duration since) {
  nlohmann::ordered_json json;
  json["schema"] = kLinkSchema;
  json["t_ns"] = since.count();
  json["state"] = link_state(status);
  json["uplink_bps"] = 8 * status.uplink_bytes_per_s;
  json["downlink_bps"] = 8 * status.downlink_bytes_per_s;
  json["delay_ns"] = status.delay.count();
  json["jitter_ns"] = status.jitter.count();
  json["uplink_bytes"] = status.uplink_bytes;
  json["downlink_bytes"] = status.downlink_bytes;
  json["connections"] = status.connections;
  return json.dump();
}

std::string link_error_json(const std::string& error) {
  nlohmann::ordered_json json;
  json["schema"] = kLinkSchema;
  json["error"] = error;
  return json.dump();
}

}  // namespace branchline::apps
