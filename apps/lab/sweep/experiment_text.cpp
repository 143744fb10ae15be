#include <fmt/format.h>
#include <toml++/toml.h>

#include <sstream>
#include <utility>

#include "apps/lab/sweep/experiment.h"

namespace branchline::lab {
namespace {

std::string quoted(const std::string& text) {
  std::ostringstream written;
  written << toml::value<std::string>(text);
  return written.str();
}

template <typename Items, typename Text>
std::string list_of(const Items& items, const Text& text) {
  std::string list;
  for (const auto& item : items) list += (list.empty() ? "" : ", ") + text(item);
  return "[" + list + "]";
}

/// In the largest unit that says it without a fraction.
std::string exact(Duration duration) {
  const std::pair<std::int64_t, const char*> units[] = {
      {1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}, {1, "ns"}};
  for (const auto& [ns, name] : units) {
    if (duration.count() % ns == 0) return quoted(std::to_string(duration.count() / ns) + name);
  }
  return {};
}

std::vector<Setting> part_settings(const ExperimentPart& part) {
  std::vector<ExperimentLink> rates, traces;
  for (const ExperimentLink& link : part.links)
    (link.trace.empty() ? rates : traces).push_back(link);
  return {{"name", quoted(part.name)},
          {"methods", list_of(part.methods, quoted)},
          {"deadlines", list_of(part.deadlines, exact)},
          {"uplinks", list_of(rates, [](const auto& link) { return quoted(link.name); })},
          {"traces", list_of(traces, [](const auto& link) { return quoted(link.trace); })}};
}

std::vector<Setting> main_settings(const Experiment& experiment) {
  std::vector<Setting> settings = {
      {"models", list_of(experiment.models, [](const auto& one) { return list_of(one, quoted); })},
      {"model_folders", list_of(experiment.model_folders, quoted)},
      {"data", list_of(experiment.data, quoted)},
      {"pictures", quoted(experiment.pictures)},
      {"delay", exact(experiment.delay)},
      {"samples", std::to_string(experiment.samples)},
      {"warm_up", std::to_string(experiment.warm_up)},
      {"stream_frames", std::to_string(experiment.stream_frames)},
      {"seed", std::to_string(experiment.seed)},
      {"sample_limit", exact(experiment.sample_limit)},
      {"plan_limit", exact(experiment.plan_limit)}};
  if (experiment.deepest_exit > Duration::zero()) {
    settings.push_back({"deepest_exit", exact(experiment.deepest_exit)});
  } else {
    settings.push_back({"slowdown", fmt::format("{}", experiment.slowdown)});
  }
  return settings;
}

std::string check_toml(const RowCheck& check) {
  std::string text = "\n[[check]]\nkind = " + quoted(name_of(check.kind)) + "\n";
  for (const auto& [key, value] :
       {std::pair("id", check.id), std::pair("y", check.y), std::pair("x", check.x),
        std::pair("of", check.of), std::pair("than", check.than)}) {
    if (!value.empty()) text += fmt::format("{} = {}\n", key, quoted(value));
  }
  text += fmt::format("tolerance = {}\n", check.tolerance);
  std::string where;
  for (const auto& [column, value] : check.where) {
    where += (where.empty() ? "" : ", ") + column + " = " + quoted(value);
  }
  return text + "where = {" + where + "}\n";
}

}  // namespace

std::vector<Setting> settings_of(const Experiment& experiment) {
  std::vector<Setting> settings = main_settings(experiment);
  for (std::size_t i = 0; i < experiment.parts.size(); ++i) {
    for (Setting& setting : part_settings(experiment.parts[i])) {
      settings.push_back({fmt::format("{} of part {}", setting.key, i + 1), setting.value});
    }
  }
  return settings;
}

std::string to_toml(const Experiment& experiment) {
  std::string text = "[experiment]\ntitle = " + quoted(experiment.title) + "\n";
  for (const Setting& setting : main_settings(experiment)) {
    text += setting.key + " = " + setting.value + "\n";
  }
  for (const ExperimentPart& part : experiment.parts) {
    text += "\n[[part]]\n";
    for (const Setting& setting : part_settings(part)) {
      text += setting.key + " = " + setting.value + "\n";
    }
  }
  for (const RowCheck& check : experiment.checks) text += check_toml(check);
  return experiment.figures.empty() ? text : text + "\n" + experiment.figures + "\n";
}

}  // namespace branchline::lab
