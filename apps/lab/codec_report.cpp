#include "apps/lab/codec_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/branchline/flags.h"

namespace branchline::lab {
namespace {

using apps::padded;
using profile::CodecRow;

/// One line of the report: a codec at one cut or at several.
struct CodecLine {
  std::string codec;
  double raw_bytes = 0, bytes = 0, max_error = 0, mean_error = 0;
  double change_sum = 0, worst_change = 1;
  std::string worst_cut;
  double encode_s = 0, decode_s = 0;
  int cuts = 0;
};

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

double change_at(const CodecReport& report, const CodecRow& row, std::size_t exit) {
  return *row.accuracy[exit] - report.table.exit_accuracy[exit];
}

std::string cut_name(const CodecReport& report, std::int32_t unit) {
  return unit == 0 ? "the picture" : report.layers.units[static_cast<std::size_t>(unit)].name;
}

void add_row(CodecLine& line, const CodecReport& report, const CodecRow& row, std::size_t exit) {
  line.codec = row.codec;
  line.raw_bytes += static_cast<double>(row.raw_bytes);
  line.bytes += row.bytes;
  line.max_error = std::max(line.max_error, row.max_error);
  line.mean_error += row.mean_error;
  line.encode_s += seconds(row.encode);
  line.decode_s += seconds(row.decode);
  const double change = change_at(report, row, exit);
  line.change_sum += change;
  if (change < line.worst_change) {
    line.worst_change = change;
    line.worst_cut = cut_name(report, row.unit);
  }
  ++line.cuts;
}

std::string speed_text(double bytes, double time_s) {
  return time_s > 0 ? fmt::format("{:.2f}", bytes / time_s / 1e9) : "-";
}

std::string line_text(const CodecLine& line) {
  const double cuts = line.cuts;
  std::string text = "    " + padded(line.codec, 11);
  text += padded(fmt::format("{:.3f}", line.bytes / line.raw_bytes), 8);
  text += padded(fmt::format("{:.2f}", line.raw_bytes / line.bytes), 7);
  text += padded(fmt::format("{:.2g}", line.max_error), 10);
  text += padded(fmt::format("{:.2g}", line.mean_error / cuts), 10);
  text += padded(fmt::format("{:+.2f}", 100 * line.change_sum / cuts), 8);
  text += padded(fmt::format("{:+.2f}", 100 * line.worst_change), 8);
  text += padded(speed_text(line.raw_bytes, line.encode_s), 9);
  text += padded(speed_text(line.raw_bytes, line.decode_s), 9);
  if (line.cuts > 1 && line.worst_change < 0) text += line.worst_cut;
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

/// Lines over those cuts of an exit that `counts` names, a codec a line in the table's order.
template <class Counts>
std::string group_text(const CodecReport& report, std::size_t exit, const Counts& counts) {
  std::vector<CodecLine> lines;
  for (const CodecRow& row : report.table.rows) {
    if (!row.accuracy[exit] || !counts(row.unit)) continue;
    auto line = std::find_if(lines.begin(), lines.end(),
                             [&](const CodecLine& other) { return other.codec == row.codec; });
    if (line == lines.end()) line = lines.insert(lines.end(), CodecLine{});
    add_row(*line, report, row, exit);
  }
  std::string text;
  for (const CodecLine& line : lines) text += line_text(line);
  return text;
}

std::vector<std::int32_t> cuts_of(const CodecReport& report, std::size_t exit) {
  std::vector<std::int32_t> cuts;
  for (const CodecRow& row : report.table.rows) {
    const bool fresh = cuts.empty() || cuts.back() != row.unit;
    if (row.accuracy[exit] && fresh) cuts.push_back(row.unit);
  }
  return cuts;
}

std::string exit_text(const CodecReport& report, std::size_t exit, bool full) {
  const std::vector<std::int32_t> cuts = cuts_of(report, exit);
  std::string text = fmt::format("  {}, accuracy {:.4f}\n", report.layers.exits[exit].name,
                                 report.table.exit_accuracy[exit]);
  const auto group = [&](const std::string& title, const auto& counts) {
    const std::string lines = group_text(report, exit, counts);
    if (!lines.empty()) text += "   " + title + "\n" + lines;
  };
  group("the picture", [](std::int32_t unit) { return unit == 0; });
  const auto inner = std::count_if(cuts.begin(), cuts.end(), [](auto unit) { return unit > 0; });
  group(fmt::format("all {} inner cuts", inner), [](std::int32_t unit) { return unit > 0; });
  if (!full) return text;
  for (const std::int32_t cut : cuts) {
    if (cut == 0) continue;
    group(fmt::format("behind unit {}, {}", cut, cut_name(report, cut)),
          [cut](std::int32_t unit) { return unit == cut; });
  }
  return text;
}

}  // namespace

std::string codec_text(const std::vector<CodecReport>& reports, bool full) {
  std::string text =
      "share, ratio: of the bytes without a codec; errors: of values, largest and mean; change of "
      "accuracy in points\n(100 x share), mean over the cuts and worst; speeds in GB/s of "
      "unencoded "
      "bytes on one core; the cut of the worst\n";
  for (const CodecReport& report : reports) {
    text += fmt::format("\n{} ({}, {})\n", report.table.network, report.table.data_set,
                        report.table.machine);
    text += "    " + padded("codec", 11) + padded("share", 8) + padded("ratio", 7) +
            padded("max err", 10) + padded("mean err", 10) + padded("change", 8) +
            padded("worst", 8) + padded("encode", 9) + padded("decode", 9) + "worst cut\n";
    for (std::size_t exit = 0; exit < report.table.exit_accuracy.size(); ++exit) {
      text += exit_text(report, exit, full);
    }
  }
  return text;
}

std::string codec_csv(const std::vector<CodecReport>& reports) {
  std::string text =
      "network,exit,exit_accuracy,unit,cut,codec,raw_bytes,bytes,ratio,max_error,mean_error,"
      "accuracy,accuracy_change,encode_ns,decode_ns,encode_gb_per_s,decode_gb_per_s\n";
  for (const CodecReport& report : reports) {
    for (std::size_t exit = 0; exit < report.table.exit_accuracy.size(); ++exit) {
      for (const CodecRow& row : report.table.rows) {
        if (!row.accuracy[exit]) continue;
        const auto raw = static_cast<double>(row.raw_bytes);
        text += fmt::format(
            "{},{},{:.4f},{},{},{},{},{:.1f},{:.3f},{:.6g},{:.6g},{:.4f},{:.4f},{},{},{},{}\n",
            report.table.network, report.layers.exits[exit].name, report.table.exit_accuracy[exit],
            row.unit, cut_name(report, row.unit), row.codec, row.raw_bytes, row.bytes,
            raw / row.bytes, row.max_error, row.mean_error, *row.accuracy[exit],
            change_at(report, row, exit), row.encode.count(), row.decode.count(),
            speed_text(raw, seconds(row.encode)), speed_text(raw, seconds(row.decode)));
      }
    }
  }
  return text;
}

}  // namespace branchline::lab
