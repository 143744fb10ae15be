#include "framework/profile/unit_timer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "framework/base/error.h"
#include "framework/profile/exit_segments.h"
#include "framework/profile/isotonic.h"

namespace branchline::profile {
namespace {

using graph::LayerGraph;

constexpr int kRounds = 4;

/// A unit behind which the exit is divided and measured.
struct Division {
  std::int32_t unit = 0;
  bool is_cut = false;  ///< a cut vertex: its suffix is measured too
  TimeStats prefix, suffix;
  double pace = 1;  ///< median of the whole beside this division, in ns; later its correction
};

/// `count` of the items, evenly spread and without repetition; all when count is 0.
std::vector<std::int32_t> spread(const std::vector<std::int32_t>& items, int count) {
  const auto wanted = static_cast<std::size_t>(std::max(count, 0));
  if (wanted == 0 || wanted >= items.size()) return items;
  std::vector<std::int32_t> chosen;
  for (std::size_t i = 0; i < wanted; ++i) {
    chosen.push_back(items[(2 * i + 1) * items.size() / (2 * wanted)]);
  }
  return chosen;
}

/// The cut vertices between input and exit and, when all are asked for, the units between them.
std::vector<Division> divisions_of(const LayerGraph& graph, int exit, int max_cuts) {
  const std::int32_t last = graph.exits[static_cast<std::size_t>(exit)].value.unit;
  std::vector<std::int32_t> cuts;
  for (const std::int32_t unit : graph::cut_vertices(graph, exit)) {
    if (unit != 0 && unit != last && can_divide(graph, exit, unit)) cuts.push_back(unit);
  }
  std::vector<Division> divisions;
  for (const std::int32_t unit : spread(cuts, max_cuts)) divisions.push_back({unit, true, {}, {}});
  if (max_cuts != 0) return divisions;
  const std::vector<bool> needed = graph::units_of_exit(graph, exit);
  for (std::int32_t id = 1; id < last; ++id) {
    if (!needed[static_cast<std::size_t>(id)] || !can_divide(graph, exit, id)) continue;
    if (!std::binary_search(cuts.begin(), cuts.end(), id)) divisions.push_back({id, false, {}, {}});
  }
  std::sort(divisions.begin(), divisions.end(),
            [](const Division& a, const Division& b) { return a.unit < b.unit; });
  return divisions;
}

/// Rough cost, only to share a measured difference among units that were not measured one by one.
double share_of(const graph::Unit& unit) {
  const graph::LayerFeatures& f = unit.features;
  return 1.0 + static_cast<double>(f.macs) +
         2.5 * static_cast<double>(f.input_bytes + f.output_bytes);
}

class CutTimer {
 public:
  CutTimer(const LayerGraph& graph, const RunSlice& run, const TimerOptions& options)
      : graph_(graph), run_(run), options_(options), unit_time_(graph.units.size()) {
    unit_time_[0] = Duration(0);
  }

  /// Deepest exit first: it measures the trunk, which the others then share.
  TierProfile measure() {
    std::vector<std::vector<Division>> divisions;
    for (int exit = 0; exit < graph_.exit_count(); ++exit) {
      divisions.push_back(divisions_of(graph_, exit, options_.max_cuts));
      total_ += static_cast<int>(divisions.back().size()) + 1;
    }
    for (int exit = graph_.exit_count() - 1; exit >= 0; --exit) {
      measure_exit(exit, divisions[static_cast<std::size_t>(exit)]);
    }
    return finished();
  }

 private:
  void measure_exit(int exit, std::vector<Division>& divisions) {
    const slice::SliceSpec whole = whole_of(graph_, exit);
    std::vector<Duration> whole_runs;
    for (Division& division : divisions) {
      measure_division(exit, whole, division, whole_runs);
      report_progress();
    }
    if (whole_runs.size() < static_cast<std::size_t>(options_.runs)) {
      append(whole_runs,
             run_(whole, options_.warmup, options_.runs - static_cast<int>(whole_runs.size())));
    }
    report_progress();
    const TimeStats whole_time = scaled(stats_of(whole_runs), options_.slowdown);
    correct_drift(whole_time.median, divisions);
    record_cuts(exit, whole_time, divisions);
    share_out(exit, whole_time.median, divisions);
  }

  void measure_division(int exit, const slice::SliceSpec& whole, Division& division,
                        std::vector<Duration>& whole_runs) {
    const slice::SliceSpec prefix = prefix_of(graph_, exit, division.unit);
    const auto known = std::find_if(known_.begin(), known_.end(),
                                    [&](const auto& entry) { return entry.first == prefix; });
    if (known != known_.end()) division.prefix = known->second;
    const slice::SliceSpec suffix = suffix_of(graph_, exit, division.unit);
    const int runs = (options_.runs + kRounds - 1) / kRounds;
    std::vector<Duration> prefix_runs, suffix_runs, beside;
    if (known != known_.end() && !division.is_cut) return;
    for (int round = 0; round < kRounds; ++round) {
      const int warmup = round == 0 ? options_.warmup : 1;
      if (known == known_.end()) append(prefix_runs, run_(prefix, warmup, runs));
      if (division.is_cut) append(suffix_runs, run_(suffix, warmup, runs));
      append(beside, run_(whole, warmup, (runs + 1) / 2));
    }
    if (!prefix_runs.empty()) division.prefix = scaled(stats_of(prefix_runs), options_.slowdown);
    if (division.is_cut) division.suffix = scaled(stats_of(suffix_runs), options_.slowdown);
    division.pace = static_cast<double>(stats_of(beside).median.count()) * options_.slowdown;
    append(whole_runs, beside);
    if (known == known_.end()) fresh_.push_back({prefix, &division});
  }

  /// Scales what was measured while the machine was slower or faster than over the whole run.
  void correct_drift(Duration whole, std::vector<Division>& divisions) {
    for (Division& division : divisions) {
      const double factor =
          division.pace > 1 ? static_cast<double>(whole.count()) / division.pace : 1;
      division.suffix = scaled(division.suffix, factor);
      const bool fresh = std::any_of(fresh_.begin(), fresh_.end(),
                                     [&](const auto& entry) { return entry.second == &division; });
      if (fresh) division.prefix = scaled(division.prefix, factor);
    }
    for (const auto& [spec, division] : fresh_) known_.push_back({spec, division->prefix});
    fresh_.clear();
  }

  void record_cuts(int exit, const TimeStats& whole, const std::vector<Division>& divisions) {
    cuts_.push_back({exit, 0, {}, whole});
    for (const Division& division : divisions) {
      if (division.is_cut) cuts_.push_back({exit, division.unit, division.prefix, division.suffix});
    }
    const std::int32_t last = graph_.exits[static_cast<std::size_t>(exit)].value.unit;
    if (last != 0) cuts_.push_back({exit, last, whole, {}});
  }

  /// Units by difference of prefixes.
  void share_out(int exit, Duration whole, const std::vector<Division>& divisions) {
    std::vector<std::int32_t> ends = {0};
    std::vector<Duration> reached = {Duration(0)};
    for (const Division& division : divisions) {
      ends.push_back(division.unit);
      reached.push_back(division.prefix.median);
    }
    ends.push_back(graph_.exits[static_cast<std::size_t>(exit)].value.unit);
    reached.push_back(whole);
    reached = isotonic_increasing(reached);
    const std::vector<bool> needed = graph::units_of_exit(graph_, exit);
    for (std::size_t i = 1; i < ends.size(); ++i) {
      std::vector<std::int32_t> unknown;
      Duration left = reached[i] - reached[i - 1];
      for (std::int32_t id = ends[i - 1] + 1; id <= ends[i]; ++id) {
        if (!needed[static_cast<std::size_t>(id)]) continue;
        const auto& known = unit_time_[static_cast<std::size_t>(id)];
        if (known) left -= *known;
        if (!known) unknown.push_back(id);
      }
      share_among(unknown, std::max(left, Duration(0)));
    }
  }

  void share_among(const std::vector<std::int32_t>& units, Duration time) {
    double weight = 0;
    for (const std::int32_t id : units)
      weight += share_of(graph_.units[static_cast<std::size_t>(id)]);
    for (const std::int32_t id : units) {
      const double share = share_of(graph_.units[static_cast<std::size_t>(id)]);
      const double part = static_cast<double>(time.count()) * share / weight;
      const Duration rounded = std::min(time, Duration(std::llround(part)));
      unit_time_[static_cast<std::size_t>(id)] = rounded;
      time -= rounded;
      weight -= share;
    }
  }

  TierProfile finished() {
    TierProfile profile;
    profile.slowdown = options_.slowdown;
    std::stable_sort(cuts_.begin(), cuts_.end(), [](const CutTimes& a, const CutTimes& b) {
      return std::pair(a.exit, a.unit) < std::pair(b.exit, b.unit);
    });
    profile.cuts = std::move(cuts_);
    for (const auto& time : unit_time_) profile.unit_time.push_back(time.value_or(Duration(0)));
    return profile;
  }

  void report_progress() {
    ++done_;
    if (options_.progress) options_.progress(done_, total_);
  }

  static void append(std::vector<Duration>& to, const std::vector<Duration>& runs) {
    to.insert(to.end(), runs.begin(), runs.end());
  }

  const LayerGraph& graph_;
  const RunSlice& run_;
  const TimerOptions& options_;
  std::vector<std::optional<Duration>> unit_time_;
  std::vector<CutTimes> cuts_;
  std::vector<std::pair<slice::SliceSpec, TimeStats>> known_;  ///< prefixes already measured
  std::vector<std::pair<slice::SliceSpec, const Division*>> fresh_;
  int done_ = 0;
  int total_ = 0;
};

}  // namespace

TierProfile time_cuts(const LayerGraph& graph, const RunSlice& run, const TimerOptions& options) {
  BL_EXPECT(options.runs > 0 && options.warmup >= 0 && options.slowdown > 0,
            "runs and slowdown must be positive");
  return CutTimer(graph, run, options).measure();
}

}  // namespace branchline::profile
