#include "apps/lab/load_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/branchline/flags.h"

namespace branchline::lab {
namespace {

using apps::padded;

constexpr double kKept = 0.9;        ///< goodput at the highest load, of its peak
constexpr double kThroughput = 0.9;  ///< of what compute alone allows

double to_ms(Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

std::string heading() {
  std::string text;
  for (const auto& [name, width] :
       std::vector<std::pair<std::string, std::size_t>>{{"clients", 9},
                                                        {"load", 6},
                                                        {"offered/s", 11},
                                                        {"policy", 13},
                                                        {"in time/s", 11},
                                                        {"late/s", 8},
                                                        {"refused/s", 11},
                                                        {"expired/s", 11},
                                                        {"median", 9},
                                                        {"p99", 1}}) {
    text += padded(name, width);
  }
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

std::string line_of(const LoadRow& row) {
  return padded(std::to_string(row.clients), 9) + padded(fmt::format("{:.2g}x", row.load), 6) +
         padded(fmt::format("{:.0f}", row.offered_per_s), 11) + padded(row.policy, 13) +
         padded(fmt::format("{:.0f}", row.in_time_per_s), 11) +
         padded(fmt::format("{:.0f}", row.late_per_s), 8) +
         padded(fmt::format("{:.0f}", row.refused_per_s), 11) +
         padded(fmt::format("{:.0f}", row.expired_per_s), 11) +
         padded(fmt::format("{:.1f} ms", to_ms(row.median)), 9) +
         fmt::format("{:.1f} ms\n", to_ms(row.p99));
}

std::string verdict(bool good) { return good ? "yes" : "no"; }

}  // namespace

std::vector<LoadSummary> summarise(const std::vector<LoadRow>& rows) {
  std::vector<LoadSummary> summaries;
  for (const LoadRow& first : rows) {
    const auto same = [&](const auto& other) {
      return other.policy == first.policy && other.clients == first.clients;
    };
    if (std::any_of(summaries.begin(), summaries.end(), same)) continue;
    LoadSummary summary{first.policy, first.clients};
    double most = 0, at_last = 0;
    for (const LoadRow& row : rows) {
      if (!same(row)) continue;
      most = std::max(most, row.in_time_per_s);
      summary.throughput = std::max(summary.throughput, row.answered_per_s / row.alone_per_s);
      if (row.load < summary.load) continue;
      summary.load = row.load;
      at_last = row.in_time_per_s;
    }
    summary.kept = most > 0 ? at_last / most : 0;
    summaries.push_back(summary);
  }
  return summaries;
}

std::string load_text(const LoadResult& result, Duration budget) {
  std::string text = fmt::format(
      "{}, {}: {} a request, budget {}; the edge on core {}, the load on core {}\n"
      "load: of what compute alone allows, one request after the other; late: answered after the "
      "deadline or never\n\n",
      result.network, result.exit,
      apps::show_bytes(static_cast<std::int64_t>(result.request_bytes)),
      apps::show_duration(budget), result.edge_core, result.load_core);
  text += heading();
  int clients = 0;
  for (const LoadRow& row : result.rows) {
    if (row.clients != clients) {
      clients = row.clients;
      text += fmt::format("         compute alone allows {:.0f} requests/s\n", row.alone_per_s);
    }
    text += line_of(row);
  }
  text += "\n";
  for (const LoadSummary& summary : summarise(result.rows)) {
    text += fmt::format(
        "{} clients, {}: at {:.2g}x {:.0f} % of its peak goodput (at least 90 %: {}), throughput "
        "{:.2f} of compute alone (at least 0.9: {})\n",
        summary.clients, summary.policy, summary.load, 100 * summary.kept,
        verdict(summary.kept >= kKept), summary.throughput,
        verdict(summary.throughput >= kThroughput));
  }
  return text;
}

std::string load_csv(const LoadResult& result) {
  std::string text =
      "schema,network,exit,request_bytes,policy,clients,load,alone_per_s,offered_per_s,"
      "in_time_per_s,answered_per_s,late_per_s,refused_per_s,expired_per_s,median_ns,p99_ns\n";
  for (const LoadRow& row : result.rows) {
    text += fmt::format(
        "branchline.load_experiment/1,{},{},{},{},{},{},{:.1f},{:.1f},{:.1f},{:.1f},"
        "{:.1f},{:.1f},{:.1f},{},{}\n",
        result.network, result.exit, result.request_bytes, row.policy, row.clients, row.load,
        row.alone_per_s, row.offered_per_s, row.in_time_per_s, row.answered_per_s, row.late_per_s,
        row.refused_per_s, row.expired_per_s, row.median.count(), row.p99.count());
  }
  return text;
}

std::string load_json(const LoadResult& result) {
  nlohmann::json rows = nlohmann::json::array();
  for (const LoadRow& row : result.rows) {
    rows.push_back({{"policy", row.policy},
                    {"clients", row.clients},
                    {"load", row.load},
                    {"alone_per_s", row.alone_per_s},
                    {"offered_per_s", row.offered_per_s},
                    {"in_time_per_s", row.in_time_per_s},
                    {"answered_per_s", row.answered_per_s},
                    {"late_per_s", row.late_per_s},
                    {"refused_per_s", row.refused_per_s},
                    {"expired_per_s", row.expired_per_s},
                    {"median_ns", row.median.count()},
                    {"p99_ns", row.p99.count()}});
  }
  const nlohmann::json document = {{"schema", "branchline.load_experiment/1"},
                                   {"network", result.network},
                                   {"exit", result.exit},
                                   {"request_bytes", result.request_bytes},
                                   {"edge_core", result.edge_core},
                                   {"load_core", result.load_core},
                                   {"rows", rows}};
  return document.dump(2) + "\n";
}

}  // namespace branchline::lab
