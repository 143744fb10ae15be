#include "apps/lab/sweep/measurement_log.h"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "apps/branchline/text_file.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr const char* kHeader =
    "schema,model,digest,plan,link,slowdown,seed,total_ns,device_ns,uplink_ns,edge_ns,downlink_ns,"
    "bytes_up,bytes_down,exit,place,codec,accuracy,given_up,done_ns";
constexpr const char* kSchema = "branchline.lab_measurements/2";
constexpr std::size_t kCells = 20, kFirstOfKey = 2, kFirstOfSample = 7;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

/// Plans name units as "1-3,7": the comma separates cells.
std::string without_commas(std::string text) {
  for (char& c : text) c = c == ',' ? ' ' : c;
  return text;
}

std::string text_of(const MeasurementLog::Key& key) {
  return fmt::format("{},{},{},{:.6g},{}", key.digest, without_commas(key.plan),
                     without_commas(key.link), key.slowdown, key.seed);
}

std::string text_of(const std::optional<FrameAnswer>& answer) {
  if (!answer) return ",,,";
  return fmt::format("{},{},{},{}", answer->exit, answer->place, answer->codec,
                     answer->accuracy ? fmt::format("{}", *answer->accuracy) : "");
}

/// The last cell is never empty: no cell is lost at the end of a line.
std::string text_of(const PlanSample& sample) {
  return fmt::format("{},{},{},{},{},{},{},{},{},{}", sample.total.count(), sample.device.count(),
                     sample.uplink.count(), sample.edge.count(), sample.downlink.count(),
                     sample.bytes_up, sample.bytes_down, text_of(sample.answer),
                     sample.given_up ? 1 : 0, sample.done.count());
}

/// @param cells  exit, place, codec and accuracy
std::optional<FrameAnswer> answer_of(const std::string* cells) {
  if (cells[0].empty()) return std::nullopt;
  FrameAnswer answer{std::stoi(cells[0]), cells[1], cells[2], std::nullopt};
  if (!cells[3].empty()) answer.accuracy = std::stod(cells[3]);
  return answer;
}

/// @param cells  those of a sample. @throws std::logic_error when one is no number.
PlanSample sample_of(const std::string* cells) {
  const auto number = [&](std::size_t i) { return std::stoll(cells[i]); };
  PlanSample sample;
  sample.total = Duration(number(0));
  sample.device = Duration(number(1));
  sample.uplink = Duration(number(2));
  sample.edge = Duration(number(3));
  sample.downlink = Duration(number(4));
  sample.bytes_up = static_cast<std::uint64_t>(number(5));
  sample.bytes_down = static_cast<std::uint64_t>(number(6));
  sample.answer = answer_of(&cells[7]);
  sample.given_up = number(11) != 0;
  sample.done = Duration(number(12));
  return sample;
}

}  // namespace

MeasurementLog::MeasurementLog(const std::string& file) : name_(file) {
  std::string text;
  if (std::filesystem::exists(file)) text = apps::read_text_file(file, "take another folder: -o");
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << kHeader << '\n';
    text.clear();
  } else if (text.compare(0, text.find('\n'), kHeader) != 0) {
    throw InputError("it is of another version", file, "take another folder: -o");
  } else if (end + 1 < text.size()) {  // the run was killed while it wrote
    text.resize(end + 1);
    std::filesystem::resize_file(file, text.size());
  }
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) read(line);
  file_.open(file, std::ios::binary | std::ios::app);
  if (!file_) throw RunError(file + ": cannot be written");
}

void MeasurementLog::read(const std::string& line) {
  const InputError none("'" + quotable(line) + "' is no measurement", name_,
                        "take another folder: -o");
  const std::vector<std::string> cells = cells_of(line);
  if (cells.size() != kCells || cells.front() != kSchema) throw none;
  std::string key = cells[kFirstOfKey];
  for (std::size_t i = kFirstOfKey + 1; i < kFirstOfSample; ++i) key += "," + cells[i];
  try {
    samples_[key].push_back(sample_of(&cells[kFirstOfSample]));
  } catch (const std::logic_error&) {
    throw none;
  }
}

const std::vector<PlanSample>& MeasurementLog::of(const Key& key) const {
  static const std::vector<PlanSample> kNone;
  const auto found = samples_.find(text_of(key));
  return found == samples_.end() ? kNone : found->second;
}

void MeasurementLog::add(const std::string& model, const Key& key, const PlanSample& sample) {
  add(model, key, std::vector<PlanSample>{sample});
}

void MeasurementLog::add(const std::string& model, const Key& key,
                         const std::vector<PlanSample>& samples) {
  const std::string of = text_of(key);
  auto& there = samples_[of];
  there.insert(there.end(), samples.begin(), samples.end());
  for (const PlanSample& sample : samples) {
    file_ << kSchema << ',' << without_commas(model) << ',' << of << ',' << text_of(sample) << '\n';
  }
  file_ << std::flush;
  if (!file_) throw RunError(name_ + ": cannot be written; is the disk full?");
}

}  // namespace branchline::lab
