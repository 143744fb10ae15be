#include "apps/branchline/verbs/profile_text.h"

#include <cmath>
#include <cstdio>
#include <iomanip>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/branchline/flags.h"
#include "apps/branchline/progress_line.h"

namespace branchline::apps {
namespace {

using profile::CutTimes;
using profile::PredictionCase;
using profile::TierProfile;
using profile::TimeStats;

std::string stats_text(const TimeStats& stats) {
  if (stats.runs == 0) return "-";
  return show_duration(stats.median) + " (" + show_duration(stats.p90) + ")";
}

std::string shortened(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 3) + "...";
}

const CutTimes* times_at(const TierProfile& tier, const CutTimes& cut) {
  for (const CutTimes& candidate : tier.cuts) {
    if (candidate.exit == cut.exit && candidate.unit == cut.unit) return &candidate;
  }
  return nullptr;
}

void write_tier(std::ostream& out, const std::string& name, const TierProfile& tier) {
  out << name << ": " << tier.key.machine << ", " << tier.key.threads << " thread"
      << (tier.key.threads == 1 ? "" : "s") << ", LibTorch " << tier.key.libtorch;
  if (tier.slowdown != 1) out << ", slowed " << tier.slowdown << " times";
  out << "; model loaded in " << show_duration(tier.load.median) << '\n';
}

void write_codecs(std::ostream& out, const TierProfile& tier) {
  for (const auto& [name, stats] : tier.codec)
    out << "  " << padded(name, 14) << stats_text(stats) << '\n';
}

std::string signed_percent(double share) {
  std::ostringstream text;
  text << std::showpos << std::fixed << std::setprecision(1) << 100 * share << " %";
  return text.str();
}

std::string mean_error(const std::vector<PredictionRow>& rows, Duration PredictionRow::*predicted) {
  double sum = 0;
  for (const PredictionRow& row : rows) {
    sum += std::abs(profile::relative_error(row.*predicted, row.measured));
  }
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << 100 * sum / static_cast<double>(rows.size())
       << " %";
  return text.str();
}

}  // namespace

std::string profile_text(const graph::LayerGraph& graph, const profile::Profile& profile) {
  std::ostringstream out;
  write_tier(out, "device", profile.device);
  for (const TierProfile& edge : profile.edge) write_tier(out, "edge", edge);
  out << "\nmedian (p90) of the units up to the cut, and behind it\n";
  out << padded("exit", 6) << padded("cut behind unit", 32) << padded("device up to", 22)
      << padded("device behind", 22);
  if (!profile.edge.empty()) out << padded("edge up to", 22) << padded("edge behind", 22);
  out << '\n';
  for (const CutTimes& cut : profile.device.cuts) {
    const std::string& unit = graph.units[static_cast<std::size_t>(cut.unit)].name;
    out << padded(std::to_string(cut.exit + 1), 6)
        << padded(std::to_string(cut.unit) + " " + shortened(unit, 26), 32)
        << padded(stats_text(cut.prefix), 22) << padded(stats_text(cut.suffix), 22);
    for (const TierProfile& edge : profile.edge) {
      const CutTimes* there = times_at(edge, cut);
      out << padded(there ? stats_text(there->prefix) : "-", 22)
          << padded(there ? stats_text(there->suffix) : "-", 22);
    }
    out << '\n';
  }
  out << "\ncodecs on the device\n";
  write_codecs(out, profile.device);
  return out.str();
}

std::vector<PredictionRow> prediction_rows(const std::vector<std::string>& names,
                                           const std::vector<PredictionCase>& cases) {
  std::vector<PredictionRow> rows;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    PredictionRow row;
    row.model = names[i];
    row.cut = cases[i].cut;
    row.measured = cases[i].whole.median;
    row.segments = predicted_by_segments(cases[i]);
    row.isolated = predicted_by_isolated_layers(cases[i]);
    row.has_regression = cases.size() > 1;
    if (row.has_regression) {
      row.regression = predicted_by_regression(cases[i], fit_without(cases, i));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string prediction_text(const std::vector<PredictionRow>& rows,
                            const profile::TimeRegression& fits) {
  std::ostringstream out;
  const auto cell = [](Duration predicted, const PredictionRow& row) {
    return padded(show_duration(predicted) + " " +
                      signed_percent(profile::relative_error(predicted, row.measured)),
                  22);
  };
  out << padded("model", 30) << padded("measured", 12) << padded("segments", 22)
      << padded("regression", 22) << "isolated layers\n";
  for (const PredictionRow& row : rows) {
    out << padded(shortened(row.model, 29), 30) << padded(show_duration(row.measured), 12)
        << cell(row.segments, row)
        << (row.has_regression ? cell(row.regression, row) : padded("-", 22))
        << cell(row.isolated, row) << '\n';
  }
  const bool fitted = rows.front().has_regression;  // from the other models: one alone has none
  out << padded("mean of |error|", 42) << padded(mean_error(rows, &PredictionRow::segments), 22)
      << padded(fitted ? mean_error(rows, &PredictionRow::regression) : "-", 22)
      << mean_error(rows, &PredictionRow::isolated) << '\n';
  out << "\nfit of the regression, all models together\n";
  for (const auto& [type, fit] : fits.fits()) {
    out << "  " << padded(type, 14) << fit.samples << " layers, mean error "
        << signed_percent(fit.mean_error) << '\n';
  }
  return out.str();
}

std::string prediction_json(const std::vector<PredictionRow>& rows,
                            const profile::TimeRegression& fits) {
  nlohmann::json models = nlohmann::json::array();
  for (const PredictionRow& row : rows) {
    nlohmann::json model = {{"model", row.model},
                            {"cut_unit", row.cut},
                            {"measured_ns", row.measured.count()},
                            {"segments_ns", row.segments.count()},
                            {"isolated_ns", row.isolated.count()}};
    model["regression_ns"] = nullptr;
    if (row.has_regression) model["regression_ns"] = row.regression.count();
    models.push_back(std::move(model));
  }
  nlohmann::json types = nlohmann::json::object();
  for (const auto& [type, fit] : fits.fits()) {
    types[type] = {{"variables", fit.variables},
                   {"ns_per_unit", fit.coefficients},
                   {"intercept_ns", fit.intercept},
                   {"samples", fit.samples},
                   {"mean_error", fit.mean_error}};
  }
  const nlohmann::json document = {
      {"schema", "branchline.prediction/1"}, {"models", models}, {"fits", types}};
  return document.dump(2) + "\n";
}

std::function<void(int done, int total)> progress_line(const std::string& what) {
  return [what, line = std::make_shared<ProgressLine>()](int done, int total) {
    line->show(what + ' ' + std::to_string(done) + '/' + std::to_string(total));
    if (done >= total) line->clear();
  };
}

}  // namespace branchline::apps
