#include "framework/slice/verification.h"

#include <torch/script.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "framework/base/error.h"
#include "framework/slice/agreement.h"
#include "framework/slice/sample_values.h"

namespace branchline::slice {

namespace {

constexpr std::int64_t kSeveral = 4;
/// Exits share their prefixes; what is kept for that must not outweigh the model that is verified.
constexpr std::size_t kKeptSlices = 24;
constexpr std::int64_t kKeptBytes = std::int64_t{256} << 20;

/// One batch: what goes in and what the whole module makes of it.
struct Reference {
  std::int64_t batch = 1;
  std::vector<at::Tensor> inputs;
  std::vector<at::Tensor> logits;
};

/// How the units are divided, and which exits are compared.
struct Division {
  std::string cut;
  UnitRanges first;
  UnitRanges second;
  std::vector<int> exits;
};

class Verifier {
 public:
  Verifier(std::shared_ptr<const model::Model> model, const VerifyOptions& options)
      : model_(std::move(model)), layers_(model_->layers()), options_(options) {}

  VerifyReport run();

 private:
  void make_references();
  void check_cuts(int exit);
  void check_random_set(std::mt19937_64& random);
  void check(const Division& division);
  bool crossable(const UnitRanges& second, const UnitRanges& first) const;
  std::shared_ptr<const Slice> compiled(const SliceSpec& spec);
  void keep(const std::shared_ptr<const Slice>& slice);
  void count(const Slice& slice);
  void compare_exit(const Division& division, int exit, const Reference& reference,
                    const at::Tensor& logits);

  std::shared_ptr<const model::Model> model_;
  const graph::LayerGraph& layers_;
  const VerifyOptions& options_;
  std::vector<Reference> references_;
  Values samples_;                                 ///< of every value, batch 1
  std::deque<std::shared_ptr<const Slice>> kept_;  ///< oldest first
  std::int64_t kept_bytes_ = 0;
  std::vector<SliceSpec> counted_;
  VerifyReport report_;
};

/// Positions of `wanted` out of `count`, evenly spread, first and last included; 0: all.
std::vector<std::size_t> spread(std::size_t count, int wanted) {
  std::vector<std::size_t> positions;
  const auto chosen = static_cast<std::size_t>(wanted);
  if (wanted <= 0 || chosen >= count) {
    for (std::size_t i = 0; i < count; ++i) positions.push_back(i);
  } else {
    for (std::size_t i = 0; i < chosen; ++i) {
      positions.push_back(chosen == 1 ? count / 2 : i * (count - 1) / (chosen - 1));
    }
  }
  return positions;
}

UnitRanges ranges_where(const std::vector<bool>& wanted) {
  std::vector<std::int32_t> units;
  for (std::size_t id = 1; id < wanted.size(); ++id) {
    if (wanted[id]) units.push_back(static_cast<std::int32_t>(id));
  }
  return to_ranges(units);
}

std::vector<int> all_exits(const graph::LayerGraph& layers) {
  std::vector<int> exits;
  for (int exit = 0; exit < layers.exit_count(); ++exit) exits.push_back(exit);
  return exits;
}

/// Rows whose arg-max differs although the reference's two largest values are further apart than
/// `margin`. Classes are dimension 1, or 0 of a vector.
std::int64_t changed_decisions(const at::Tensor& reference, const at::Tensor& other,
                               double margin) {
  if (reference.dim() == 0 || !at::isFloatingType(reference.scalar_type())) return 0;
  const std::int64_t classes = reference.dim() == 1 ? 0 : 1;
  if (reference.size(classes) < 2) return 0;
  const at::Tensor best = std::get<0>(reference.topk(2, classes));
  const at::Tensor clear = (best.select(classes, 0) - best.select(classes, 1)).gt(margin);
  const at::Tensor changed = reference.argmax(classes).ne(other.argmax(classes));
  return at::logical_and(clear, changed).sum().item<std::int64_t>();
}

VerifyReport Verifier::run() {
  make_references();
  if (report_.untestable()) return std::move(report_);
  std::vector<ValueId> values;
  for (const graph::Unit& unit : layers_.units) {
    for (std::size_t i = 0; i < unit.outputs.size() && unit.transmissible; ++i) {
      values.push_back({unit.id, static_cast<std::int32_t>(i)});
    }
  }
  samples_ = values_for(*model_, references_.front().inputs, values);
  for (int exit = 0; exit < layers_.exit_count(); ++exit) check_cuts(exit);
  std::mt19937_64 random(options_.seed);
  for (int i = 0; i < options_.sets; ++i) check_random_set(random);
  return std::move(report_);
}

void Verifier::make_references() {
  report_.batches = {1};
  if (layers_.batchable) report_.batches.push_back(kSeveral);
  for (const std::int64_t batch : report_.batches) {
    Reference reference{batch, random_inputs(*model_, batch, options_.seed), {}};
    reference.logits = model_->run_reference(reference.inputs);
    for (const at::Tensor& logits : reference.logits) {
      if (logits.numel() == 0) continue;
      const double largest = logits.abs().max().item<double>();
      report_.largest_output = std::max(report_.largest_output, largest);
    }
    references_.push_back(std::move(reference));
  }
}

void Verifier::check_cuts(int exit) {
  const std::vector<bool> needed = graph::units_of_exit(layers_, exit);
  const std::vector<std::int32_t> cuts = graph::cut_vertices(layers_, exit);
  for (const std::size_t position : spread(cuts.size(), options_.cuts)) {
    const std::int32_t cut = cuts[position];
    // All units of the exit stand before or behind a cut vertex, and ids are a topological order.
    std::vector<bool> before = needed;
    std::vector<bool> behind = needed;
    for (std::size_t id = 0; id < needed.size(); ++id) {
      const bool first = static_cast<std::int32_t>(id) <= cut;
      (first ? behind : before)[id] = false;
    }
    const Division division{"behind " + layers_.units[static_cast<std::size_t>(cut)].name,
                            ranges_where(before),
                            ranges_where(behind),
                            {exit}};
    if (!crossable(division.second, division.first)) continue;
    check(division);
    ++report_.cuts;
  }
}

void Verifier::check_random_set(std::mt19937_64& random) {
  constexpr int kAttempts = 20;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::vector<bool> first(layers_.units.size(), false);
    std::uniform_int_distribution<std::size_t> any(1, std::max<std::size_t>(first.size() - 1, 1));
    const std::size_t seeds = 1 + random() % 3;
    for (std::size_t i = 0; i < seeds && first.size() > 1; ++i) first[any(random)] = true;
    for (std::size_t id = first.size(); id-- > 1;) {
      if (!first[id]) continue;
      for (const ValueId& value : layers_.units[id].inputs) {
        first[static_cast<std::size_t>(value.unit)] = true;
      }
    }
    std::vector<bool> second = first;
    second.flip();
    Division division{"", ranges_where(first), ranges_where(second), all_exits(layers_)};
    division.cut = "units " + to_string(division.first) + " | the rest";
    if (!crossable(division.second, division.first)) continue;
    check(division);
    ++report_.sets;
    return;
  }
}

bool Verifier::crossable(const UnitRanges& second, const UnitRanges& first) const {
  const std::vector<ValueId> read = inputs_of(layers_, second);
  return std::all_of(read.begin(), read.end(), [&](const ValueId& value) {
    return !contains(first, value.unit) ||
           layers_.units[static_cast<std::size_t>(value.unit)].transmissible;
  });
}

std::shared_ptr<const Slice> Verifier::compiled(const SliceSpec& spec) {
  const auto known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const auto& slice) { return slice->spec() == spec; });
  if (known != kept_.end()) return *known;
  std::shared_ptr<const Slice> slice = compile_slice(model_, spec, &samples_);
  keep(slice);
  count(*slice);
  return slice;
}

void Verifier::count(const Slice& slice) {
  // One that was let go and compiled again counts once.
  if (std::find(counted_.begin(), counted_.end(), slice.spec()) != counted_.end()) return;
  counted_.push_back(slice.spec());
  ++report_.slices;
  if (slice.optimised()) return;
  report_.unoptimised.push_back("units " + to_string(slice.spec().units) + ": " +
                                slice.why_plain());
}

void Verifier::keep(const std::shared_ptr<const Slice>& slice) {
  kept_.push_back(slice);
  kept_bytes_ += slice->bytes();
  while (kept_.size() > kKeptSlices || kept_bytes_ > kKeptBytes) {
    kept_bytes_ -= kept_.front()->bytes();
    kept_.pop_front();
  }
}

void Verifier::check(const Division& division) {
  if (options_.progress) options_.progress(division.cut);
  const std::vector<int>& exits = division.exits;
  std::vector<std::shared_ptr<const Slice>> slices;
  for (const auto& [units, later] :
       {std::pair{division.first, division.second}, std::pair{division.second, UnitRanges{}}}) {
    const SliceSpec spec = slice_between(layers_, units, later, exits);
    if (!spec.outputs.empty()) slices.push_back(compiled(spec));
  }
  for (const Reference& reference : references_) {
    Values values;
    for (std::size_t i = 0; i < reference.inputs.size(); ++i) {
      values[{0, static_cast<std::int32_t>(i)}] = reference.inputs[i];
    }
    for (const auto& slice : slices) {
      std::vector<at::Tensor> inputs;
      for (const ValueId& value : slice->inputs()) inputs.push_back(values.at(value));
      const std::vector<at::Tensor> outputs = slice->run(inputs);
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        values[slice->spec().outputs[i]] = outputs[i];
      }
    }
    for (const int exit : exits) {
      const ValueId logits = layers_.exits[static_cast<std::size_t>(exit)].value;
      compare_exit(division, exit, reference, values.at(logits));
    }
  }
}

void Verifier::compare_exit(const Division& division, int exit, const Reference& reference,
                            const at::Tensor& logits) {
  const at::Tensor& whole = reference.logits.at(static_cast<std::size_t>(exit));
  const VerifyPlace place{layers_.exits[static_cast<std::size_t>(exit)].name, division.cut,
                          reference.batch};
  const Agreement agreement = compare(whole, logits);
  ++report_.comparisons;
  if (agreement.comparable && agreement.relative() >= report_.worst_error) {
    report_.worst_error = agreement.relative();
    report_.worst_place = place;
  }
  std::string why;
  if (!agreement.comparable) {
    why = agreement.why;
  } else if (!agreement.within(options_.tolerance)) {
    why = "differs by more than the tolerance";
  } else if (changed_decisions(whole, logits, options_.tolerance * agreement.scale) > 0) {
    why = "another class is the largest";
  }
  if (!why.empty()) report_.mismatches.push_back({place, agreement.relative(), why});
}

}  // namespace

VerifyReport verify(const std::shared_ptr<const model::Model>& model,
                    const VerifyOptions& options) {
  return Verifier(model, options).run();
}

}  // namespace branchline::slice
