#include "apps/lab/experiments/emulation/emulation_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/branchline/flags.h"
#include "apps/lab/sweep/plan_sample.h"
#include "apps/lab/sweep/sweep_summary.h"

namespace branchline::lab {
namespace {

using apps::padded;

EmulationVerdict verdict_of(std::string text, const std::vector<double>& ratios) {
  EmulationVerdict verdict{std::move(text), ratios.size(), 0, 0};
  if (ratios.empty()) return verdict;
  std::vector<double> apart;
  for (const double ratio : ratios) apart.push_back(std::abs(ratio - 1));
  verdict.worst = *std::max_element(apart.begin(), apart.end());
  verdict.median = percentile_of(std::move(apart), 0.5);
  return verdict;
}

std::vector<double> honest_link_ratios(const std::vector<LinkCell>& cells) {
  std::vector<double> ratios;
  for (const LinkCell& cell : cells) {
    if (cell.honest() && cell.bucket_ms) ratios.push_back(*cell.ratio());
  }
  return ratios;
}

std::vector<double> stated_ratios(const std::vector<DeviceCell>& cells) {
  std::vector<double> ratios;
  for (const DeviceCell& cell : cells) {
    if (!cell.quota_period) ratios.push_back(cell.over_stated());
  }
  return ratios;
}

/// Rests over the quota, for the same device and work.
std::vector<double> quota_ratios(const std::vector<DeviceCell>& cells) {
  std::vector<double> ratios;
  const DeviceCell* rests = nullptr;
  for (const DeviceCell& cell : cells) {
    if (!cell.quota_period) {
      rests = &cell;
    } else if (cell.honest() && rests != nullptr) {
      ratios.push_back(rests->measured.value / cell.measured.value);
    }
  }
  return ratios;
}

/// Empty for what does not apply.
std::string cell_text(const std::optional<Estimate>& figure) {
  return figure ? fmt::format("{:.6g},{:.6g},{:.6g}", figure->value, figure->low, figure->high)
                : ",,";
}

double mbps(std::size_t bytes, const Estimate& ms) {
  return 8e-3 * static_cast<double>(bytes) / ms.value;
}

std::string emulation_name(const DeviceCell& cell) {
  if (!cell.quota_period) return "rests";
  return fmt::format("quota in {:g} ms", to_ms(*cell.quota_period));
}

std::string honest_text(bool honest) { return honest ? "yes" : "no"; }

std::string links_text(const LinkCheck& check) {
  if (check.cells.empty()) return "";
  std::string text = padded("tbf Mbit/s", 12) + padded("goodput", 9) + padded("frame B", 9) +
                     padded("ideal ms", 10) + padded("emulator", 10) + padded("tbf", 10) +
                     padded("tbf/emulator", 14) + "tbf honest\n";
  for (const LinkCell& cell : check.cells) {
    const auto shown = [](const std::optional<double>& number, int digits) {
      return number ? fmt::format("{:.{}f}", *number, digits) : std::string("-");
    };
    const std::optional<double> bucket =
        cell.bucket_ms ? std::optional(cell.bucket_ms->value) : std::nullopt;
    text += padded(fmt::format("{:g}", cell.rate_mbps), 12) +
            padded(shown(cell.bucket_goodput_mbps, 3), 9) +
            padded(std::to_string(cell.frame_bytes), 9) + padded(shown(cell.ideal_ms(), 2), 10) +
            padded(shown(cell.emulator_ms.value, 2), 10) + padded(shown(bucket, 2), 10) +
            padded(shown(cell.ratio(), 3), 14) + honest_text(cell.honest()) + '\n';
  }
  return text + '\n';
}

std::string devices_text(const DeviceCheck& check) {
  if (check.cells.empty()) return "";
  std::string text = padded("stated", 8) + padded("by", 18) + padded("work ms", 10) +
                     padded("measured", 24) + padded("over stated", 13) + "honest\n";
  for (const DeviceCell& cell : check.cells) {
    text += padded(fmt::format("x{:g}", cell.slowdown), 8) + padded(emulation_name(cell), 18) +
            padded(fmt::format("{:.1f}", cell.work_ms), 10) +
            padded(fmt::format("x{:.2f} [{:.2f}, {:.2f}]", cell.measured.value, cell.measured.low,
                               cell.measured.high),
                   24) +
            padded(fmt::format("{:.3f}", cell.over_stated()), 13) + honest_text(cell.honest()) +
            '\n';
  }
  return text + '\n';
}

}  // namespace

bool EmulationVerdict::holds() const { return compared > 0 && worst <= kEmulationGoal; }

std::string EmulationVerdict::sentence() const {
  return fmt::format("{}: {:.1f} % apart at worst, {:.1f} % in the median of {} (goal {:.0f} %)",
                     text, 100 * worst, 100 * median, compared, 100 * kEmulationGoal);
}

std::vector<EmulationVerdict> verdicts_on(const EmulationCheck& check) {
  std::vector<EmulationVerdict> verdicts = {
      verdict_of(
          fmt::format("link emulator against tc tbf, frames of {} bursts and more", kHonestBursts),
          honest_link_ratios(check.links.cells)),
      verdict_of("slow-down measured against stated, the device resting",
                 stated_ratios(check.devices.cells)),
      verdict_of(
          fmt::format("resting device against the cpu quota, work of {:g} periods and more, shares "
                      "of {:g} ms and more",
                      kHonestPeriods, kHonestShare_ms),
          quota_ratios(check.devices.cells))};
  std::erase_if(verdicts, [](const EmulationVerdict& verdict) { return verdict.compared == 0; });
  return verdicts;
}

std::vector<std::string> impossible_checks(const EmulationCheck& check) {
  std::vector<std::string> sentences;
  const auto add = [&](const std::string& what, const std::string& missing, bool compared,
                       const std::string& range) {
    const std::string& why = missing.empty() ? range : missing;
    if (!compared) sentences.push_back(what + why);
  };
  add("The link emulator was not checked against tc tbf: ", check.links.unavailable,
      !honest_link_ratios(check.links.cells).empty(),
      fmt::format("no frame is {} bursts long", kHonestBursts));
  add("The slow-down was not checked against a cpu quota: ", check.devices.unavailable,
      !quota_ratios(check.devices.cells).empty(),
      fmt::format("no work is {:g} periods long, in shares of {:g} ms", kHonestPeriods,
                  kHonestShare_ms));
  return sentences;
}

std::string link_cells_csv(const std::vector<LinkCell>& cells) {
  std::string text =
      "schema,rate_mbps,tbf_goodput_mbps,set_mbps,frame_bytes,ideal_ms,emulator_ms,"
      "emulator_low_ms,emulator_high_ms,emulator_mbps,tbf_ms,tbf_low_ms,tbf_high_ms,tbf_mbps,"
      "emulator_over_ideal,tbf_over_ideal,tbf_over_emulator,tbf_honest\n";
  for (const LinkCell& cell : cells) {
    const auto maybe = [&](bool there, double number) {
      return there ? fmt::format("{:.6g}", number) : std::string();
    };
    const bool bucket = cell.bucket_ms.has_value();
    const Estimate through = cell.bucket_ms.value_or(Estimate{});
    text += fmt::format("branchline.emulation_link/1,{:g},{},{:.6g},{},{:.6g},{},{:.6g},{},{},",
                        cell.rate_mbps, maybe(bucket, cell.bucket_goodput_mbps.value_or(0)),
                        cell.set_mbps(), cell.frame_bytes, cell.ideal_ms(),
                        cell_text(cell.emulator_ms), mbps(cell.frame_bytes, cell.emulator_ms),
                        cell_text(cell.bucket_ms), maybe(bucket, mbps(cell.frame_bytes, through)));
    text += fmt::format("{:.6g},{},{},{}\n", cell.emulator_ms.value / cell.ideal_ms(),
                        maybe(bucket, through.value / cell.ideal_ms()),
                        maybe(bucket, cell.ratio().value_or(0)), honest_text(cell.honest()));
  }
  return text;
}

std::string device_cells_csv(const std::vector<DeviceCell>& cells) {
  std::string text =
      "schema,slowdown,emulation,period_ms,runs,work_ms,measured,measured_low,measured_high,"
      "over_stated,honest\n";
  for (const DeviceCell& cell : cells) {
    const std::string period =
        cell.quota_period ? fmt::format("{:g}", to_ms(*cell.quota_period)) : "";
    text += fmt::format("branchline.emulation_device/1,{:g},{},{},{},{:.6g},{},{:.6g},{}\n",
                        cell.slowdown, emulation_name(cell), period, cell.runs, cell.work_ms,
                        cell_text(cell.measured), cell.over_stated(), honest_text(cell.honest()));
  }
  return text;
}

std::string emulation_json(const EmulationCheck& check) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const EmulationVerdict& verdict : verdicts_on(check)) {
    checks.push_back({{"check", verdict.sentence()},
                      {"compared", verdict.compared},
                      {"worst", verdict.worst},
                      {"median", verdict.median},
                      {"holds", verdict.holds()},
                      {"misses", nlohmann::ordered_json::array()}});
  }
  const nlohmann::ordered_json json = {
      {"schema", "branchline.emulation/1"},
      {"network", check.network},
      {"emulation", {{"device", kDeviceEmulation}, {"link", kLinkEmulation}}},
      {"notes", impossible_checks(check)},
      {"checks", std::move(checks)}};
  return json.dump(2) + "\n";
}

std::string emulation_text(const EmulationCheck& check) {
  std::string text = links_text(check.links) + devices_text(check.devices);
  for (const std::string& sentence : impossible_checks(check)) text += sentence + '\n';
  for (const EmulationVerdict& verdict : verdicts_on(check)) {
    text += padded(verdict.holds() ? "ok" : "MISS", 6) + verdict.sentence() + '\n';
  }
  return text;
}

}  // namespace branchline::lab
