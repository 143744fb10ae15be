#include "framework/profile/profile_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "framework/base/error.h"

namespace branchline::profile {
namespace {

using nlohmann::json;

constexpr const char* kProfileSchema = "branchline.profile/1";
constexpr const char* kProfileFix =
    "Measure again with: branchline profile MODEL.pt -o profile.json";

json stats_to_json(const TimeStats& stats) {
  return {{"median_ns", stats.median.count()},
          {"p90_ns", stats.p90.count()},
          {"p99_ns", stats.p99.count()},
          {"runs", stats.runs}};
}

json tier_to_json(const TierProfile& tier) {
  json cuts = json::array();
  for (const CutTimes& cut : tier.cuts) {
    cuts.push_back({{"exit", cut.exit + 1},
                    {"unit", cut.unit},
                    {"prefix", stats_to_json(cut.prefix)},
                    {"suffix", stats_to_json(cut.suffix)}});
  }
  json unit_time = json::array();
  for (const Duration time : tier.unit_time) unit_time.push_back(time.count());
  json codec = json::object();
  for (const auto& [name, stats] : tier.codec) codec[name] = stats_to_json(stats);
  return {{"digest", tier.key.digest},
          {"machine", tier.key.machine},
          {"threads", tier.key.threads},
          {"libtorch", tier.key.libtorch},
          {"slowdown", tier.slowdown},
          {"load", stats_to_json(tier.load)},
          {"unit_time_ns", unit_time},
          {"cuts", cuts},
          {"codec", codec}};
}

/// Reads fields of one object; every error names the file and the path of the field.
class FieldReader {
 public:
  FieldReader(const json& object, std::string path, const std::string& where)
      : object_(object), path_(std::move(path)), where_(where) {
    if (!object_.is_object()) fail("is not an object");
  }

  const json& field(const std::string& name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) fail("has no \"" + name + "\"");
    return *found;
  }

  const json& list(const std::string& name) const {
    if (!field(name).is_array()) fail("\"" + name + "\" is not a list");
    return field(name);
  }

  std::string text(const std::string& name) const {
    if (!field(name).is_string()) fail("\"" + name + "\" is not a text");
    return field(name).get<std::string>();
  }

  std::int64_t count(const std::string& name, std::int64_t largest) const {
    return checked(field(name), name, largest);
  }

  std::int64_t checked(const json& value, const std::string& name, std::int64_t largest) const {
    const bool fits = value.is_number_integer() && value >= 0 && value <= largest;
    if (!fits) fail("\"" + name + "\" is not a whole number from 0 to " + std::to_string(largest));
    return value.get<std::int64_t>();
  }

  double factor(const std::string& name) const {
    const json& value = field(name);
    if (!value.is_number() || !(value.get<double>() > 0) || !std::isfinite(value.get<double>())) {
      fail("\"" + name + "\" is not a positive number");
    }
    return value.get<double>();
  }

  FieldReader object(const std::string& name) const {
    return {field(name), path_ + "." + name, where_};
  }
  FieldReader item(const json& value, const std::string& name, std::size_t index) const {
    return {value, path_ + "." + name + "[" + std::to_string(index) + "]", where_};
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(path_ + " " + what, where_, kProfileFix, InputKind::model);
  }

 private:
  const json& object_;
  std::string path_;
  const std::string& where_;
};

constexpr std::int64_t kLongestNs = 3'600'000'000'000;  // an hour
constexpr std::int64_t kMost = 1'000'000'000;

TimeStats read_stats(const FieldReader& reader) {
  return {Duration(reader.count("median_ns", kLongestNs)),
          Duration(reader.count("p90_ns", kLongestNs)),
          Duration(reader.count("p99_ns", kLongestNs)),
          static_cast<std::int32_t>(reader.count("runs", kMost))};
}

CutTimes read_cut(const FieldReader& reader, std::int64_t units) {
  const auto exit = static_cast<std::int32_t>(reader.count("exit", kMost));
  if (exit < 1) reader.fail("\"exit\" counts from 1");
  return {exit - 1, static_cast<std::int32_t>(reader.count("unit", units - 1)),
          read_stats(reader.object("prefix")), read_stats(reader.object("suffix"))};
}

TierProfile read_tier(const FieldReader& reader) {
  TierProfile tier;
  tier.key = {reader.text("digest"), reader.text("machine"),
              static_cast<std::int32_t>(reader.count("threads", 4096)), reader.text("libtorch")};
  tier.slowdown = reader.factor("slowdown");
  tier.load = read_stats(reader.object("load"));
  for (const json& time : reader.list("unit_time_ns")) {
    tier.unit_time.emplace_back(reader.checked(time, "unit_time_ns", kLongestNs));
  }
  const auto units = static_cast<std::int64_t>(tier.unit_time.size());
  for (const json& cut : reader.list("cuts")) {
    tier.cuts.push_back(read_cut(reader.item(cut, "cuts", tier.cuts.size()), units));
  }
  const FieldReader codec = reader.object("codec");
  for (const auto& item : reader.field("codec").items()) {
    tier.codec[item.key()] = read_stats(codec.object(item.key()));
  }
  return tier;
}

}  // namespace

std::string to_json(const Profile& profile) {
  json edge = json::array();
  for (const TierProfile& tier : profile.edge) edge.push_back(tier_to_json(tier));
  const json document = {
      {"schema", kProfileSchema}, {"device", tier_to_json(profile.device)}, {"edge", edge}};
  return document.dump(2) + "\n";
}

Profile profile_from_json(const std::string& text, const std::string& where) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) {
    throw InputError("is no JSON document", where, kProfileFix, InputKind::model);
  }
  const FieldReader reader(document, "the profile", where);
  if (reader.text("schema") != kProfileSchema) {
    reader.fail("has schema \"" + reader.text("schema") + "\", not \"" + kProfileSchema + "\"");
  }
  Profile profile;
  profile.device = read_tier(reader.object("device"));
  for (const json& edge : reader.list("edge")) {
    profile.edge.push_back(read_tier(reader.item(edge, "edge", profile.edge.size())));
  }
  if (profile.edge.size() > 1) reader.fail("has more than one edge");
  return profile;
}

void require_fresh(const ProfileKey& measured, const ProfileKey& now, const std::string& where) {
  std::string differs;
  const auto compare = [&](const std::string& what, const std::string& then,
                           const std::string& today) {
    if (then == today) return;
    differs += (differs.empty() ? "" : "; ") + what + " was " + then + " and is " + today;
  };
  compare("the network", measured.digest, now.digest);
  compare("the machine", measured.machine, now.machine);
  compare("the number of threads", std::to_string(measured.threads), std::to_string(now.threads));
  compare("LibTorch", measured.libtorch, now.libtorch);
  if (differs.empty()) return;
  throw InputError("is stale: " + differs, where, kProfileFix, InputKind::model);
}

}  // namespace branchline::profile
