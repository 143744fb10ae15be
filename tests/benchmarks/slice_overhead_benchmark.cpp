// What slicing costs: time(device slice) + time(edge slice) over time(whole model), every slice and
// the whole compiled the same way, at every cut vertex of the deepest exit; and what compiling
// gains over the module as it came.
//
//   slice_overhead_benchmark [--input 1,3,224,224] [--repetitions 9] [--cuts 0] MODEL.pt ...
//
// Whole and parts take turns, and a cut's ratio is the median over the repetitions of each turn's
// own ratio, so that another program's load hits both alike. --cuts N takes N cut vertices, evenly
// spread; 0: every one.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "framework/slice/agreement.h"
#include "framework/slice/compute_threads.h"
#include "framework/slice/sample_values.h"
#include "framework/slice/slice.h"

namespace {

using branchline::Shape;
using branchline::UnitRanges;
using branchline::graph::LayerGraph;
using branchline::model::Model;
using branchline::slice::Slice;
using branchline::slice::SliceSpec;
using branchline::slice::ValueId;
using branchline::slice::Values;

struct Options {
  Shape input = {1, 3, 224, 224};
  int repetitions = 9;
  int cuts = 0;
  std::vector<std::string> files;
};

struct Overhead {
  double log_sum = 0;
  int count = 0;
  double worst = 0;
  std::string worst_cut;

  void add(double ratio, const std::string& cut) {
    log_sum += std::log(ratio);
    ++count;
    if (ratio > worst) {
      worst = ratio;
      worst_cut = cut;
    }
  }
  double mean() const { return count > 0 ? std::exp(log_sum / count) : 1.0; }
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double milliseconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

/// Slices that run one after the other, as device and edge do.
class Chain {
 public:
  Chain(const std::shared_ptr<const Model>& model, const std::vector<UnitRanges>& parts,
        const Values& samples)
      : last_exit_(model->layers().exit_count() - 1) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const UnitRanges later = i + 1 < parts.size() ? parts[i + 1] : UnitRanges{};
      const SliceSpec spec =
          branchline::slice::slice_between(model->layers(), parts[i], later, {last_exit_});
      slices_.push_back(branchline::slice::compile_slice(model, spec, &samples));
    }
    logits_ = model->layers().exits.back().value;
  }

  at::Tensor run(const std::vector<at::Tensor>& model_inputs) const {
    Values values;
    for (std::size_t i = 0; i < model_inputs.size(); ++i) {
      values[{0, static_cast<std::int32_t>(i)}] = model_inputs[i];
    }
    for (const auto& slice : slices_) {
      std::vector<at::Tensor> inputs;
      for (const ValueId& value : slice->inputs()) inputs.push_back(values.at(value));
      const std::vector<at::Tensor> outputs = slice->run(inputs);
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        values[slice->spec().outputs[i]] = outputs[i];
      }
    }
    return values.at(logits_);
  }

 private:
  int last_exit_;
  ValueId logits_;
  std::vector<std::shared_ptr<const Slice>> slices_;
};

UnitRanges units_between(const std::vector<bool>& needed, std::int32_t first, std::int32_t last) {
  std::vector<std::int32_t> units;
  for (std::int32_t id = first; id <= last; ++id) {
    if (needed[static_cast<std::size_t>(id)]) units.push_back(id);
  }
  return branchline::to_ranges(units);
}

/// Cut vertices with units on both sides whose values can cross.
std::vector<std::int32_t> proper_cuts(const LayerGraph& layers, int wanted) {
  std::vector<std::int32_t> cuts = cut_vertices(layers, layers.exit_count() - 1);
  const std::int32_t last = layers.exits.back().value.unit;
  std::erase_if(cuts, [&](std::int32_t cut) {
    return cut == 0 || cut == last || !layers.units[static_cast<std::size_t>(cut)].transmissible;
  });
  const auto count = static_cast<int>(cuts.size());
  if (wanted <= 0 || wanted >= count) return cuts;
  std::vector<std::int32_t> chosen;
  for (int i = 0; i < wanted; ++i) {
    chosen.push_back(cuts[static_cast<std::size_t>(i * (count - 1) / std::max(wanted - 1, 1))]);
  }
  return chosen;
}

void check_answer(const at::Tensor& expected, const at::Tensor& answer, const std::string& what) {
  const branchline::slice::Agreement agreement = branchline::slice::compare(expected, answer);
  if (agreement.within(1e-4)) return;
  std::fprintf(stderr, "%s: wrong answer, %.2g of the largest output\n", what.c_str(),
               agreement.relative());
  std::exit(1);
}

double speed_up(const Model& model, const Chain& whole, const std::vector<at::Tensor>& inputs,
                int repetitions, double& whole_ms) {
  std::vector<double> ratios;
  std::vector<double> times;
  for (int i = 0; i < 3; ++i) model.run_reference(inputs);  // the executor recompiles twice
  for (int i = 0; i < repetitions; ++i) {
    const double plain = milliseconds_of([&] { model.run_reference(inputs); });
    times.push_back(milliseconds_of([&] { whole.run(inputs); }));
    ratios.push_back(plain / times.back());
  }
  whole_ms = median(times);
  return median(ratios);
}

double cut_ratio(const Chain& whole, const Chain& parts, const std::vector<at::Tensor>& inputs,
                 int repetitions) {
  std::vector<double> ratios;
  whole.run(inputs);
  parts.run(inputs);
  for (int i = 0; i < repetitions; ++i) {
    const double together = milliseconds_of([&] { whole.run(inputs); });
    ratios.push_back(milliseconds_of([&] { parts.run(inputs); }) / together);
  }
  return median(ratios);
}

Overhead measure(const std::string& file, const Options& options) {
  const std::shared_ptr<const Model> model = Model::load(file, {{options.input}});
  const LayerGraph& layers = model->layers();
  const std::vector<bool> needed = units_of_exit(layers, layers.exit_count() - 1);
  const std::int32_t last = layers.exits.back().value.unit;
  const std::vector<at::Tensor> inputs = branchline::slice::random_inputs(*model, 1, 1);
  const std::vector<std::int32_t> cuts = proper_cuts(layers, options.cuts);
  std::vector<ValueId> crossing;
  for (std::size_t i = 0; i < inputs.size(); ++i) crossing.push_back({0, static_cast<int>(i)});
  for (const std::int32_t cut : cuts) {
    const auto outputs = layers.units[static_cast<std::size_t>(cut)].outputs.size();
    for (std::size_t i = 0; i < outputs; ++i) crossing.push_back({cut, static_cast<int>(i)});
  }
  const Values samples = branchline::slice::values_for(*model, inputs, crossing);
  const Chain whole(model, {units_between(needed, 1, last)}, samples);
  const at::Tensor expected = model->run_reference(inputs).back();
  check_answer(expected, whole.run(inputs), file);

  double whole_ms = 0;
  const double gain = speed_up(*model, whole, inputs, options.repetitions, whole_ms);
  Overhead overhead;
  for (const std::int32_t cut : cuts) {
    const std::string& name = layers.units[static_cast<std::size_t>(cut)].name;
    const Chain parts(model, {units_between(needed, 1, cut), units_between(needed, cut + 1, last)},
                      samples);
    check_answer(expected, parts.run(inputs), file + " behind " + name);
    const double ratio = cut_ratio(whole, parts, inputs, options.repetitions);
    if (std::getenv("BRANCHLINE_EVERY_CUT") != nullptr) {
      std::printf("    %-40s %.3f\n", name.c_str(), ratio);
    }
    overhead.add(ratio, name);
  }
  const std::string short_name = file.substr(file.rfind('/') + 1);
  std::printf("%-32s %5d %9.3f %9.3f %10.2f %9.2f  %s\n", short_name.c_str(), overhead.count,
              overhead.mean(), overhead.worst, whole_ms, gain, overhead.worst_cut.c_str());
  std::fflush(stdout);
  return overhead;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
    if (word == "--repetitions") {
      options.repetitions = std::max(1, std::atoi(next().c_str()));
    } else if (word == "--cuts") {
      options.cuts = std::atoi(next().c_str());
    } else if (word == "--input") {
      options.input.clear();
      std::stringstream text(next());
      for (std::string size; std::getline(text, size, ',');) {
        options.input.push_back(std::atoll(size.c_str()));
      }
    } else {
      options.files.push_back(word);
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  if (options.files.empty()) {
    std::fprintf(stderr, "usage: %s [--input SHAPE] [--repetitions N] [--cuts N] MODEL.pt ...\n",
                 argv[0]);
    return 2;
  }
  branchline::slice::set_compute_threads(1);
  Overhead overall;
  std::printf("%-32s %5s %9s %9s %10s %9s  %s\n", "model", "cuts", "mean", "worst", "whole ms",
              "speed-up", "worst cut");
  try {
    for (const std::string& file : options.files) {
      const Overhead one = measure(file, options);
      overall.log_sum += one.log_sum;
      overall.count += one.count;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  std::printf("geometric mean over %d cuts: %.3f\n", overall.count, overall.mean());
  return 0;
}
