#include "apps/lab/codec_experiment.h"

#include <torch/script.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "framework/model/tensor_bridge.h"
#include "framework/profile/stopwatch.h"
#include "framework/profile/unit_timer.h"
#include "framework/slice/sample_values.h"
#include "framework/slice/slice.h"
#include "transport/tensor_codec.h"

namespace branchline::lab {
namespace {

using slice::ValueId;
using transport::Codec;

constexpr std::int64_t kPicturesAtOnce = 32;

/// One codec at one cut: what adds up over pictures.
struct CodecTally {
  Codec codec;
  double bytes = 0, absolute_error = 0, max_error = 0;
  std::int64_t measured = 0, elements = 0;
  std::vector<Duration> encode, decode;
  std::vector<std::int64_t> right;  ///< per exit of the cut
};

/// One cut vertex, what crosses there and what runs behind.
struct CodecCut {
  std::int32_t unit = 0;
  std::vector<int> exits;
  std::shared_ptr<const slice::Slice> rest;
  std::int64_t raw_bytes = 0;
  std::vector<CodecTally> tallies;
};

std::vector<bool> right_ones(const at::Tensor& logits, const std::vector<int>& labels) {
  const at::Tensor best = logits.argmax(1);
  std::vector<bool> right;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    right.push_back(best[static_cast<std::int64_t>(i)].item<std::int64_t>() == labels[i]);
  }
  return right;
}

void add_error(const at::Tensor& before, const at::Tensor& after, CodecTally& tally) {
  const at::Tensor error = (before.to(at::kFloat) - after.to(at::kFloat)).abs();
  tally.max_error = std::max(tally.max_error, error.max().item<double>());
  tally.absolute_error += error.sum().item<double>();
  tally.elements += error.numel();
}

class CodecMeter {
 public:
  CodecMeter(std::shared_ptr<const model::Model> model, const OnAnswers& on_answers)
      : model_(std::move(model)), on_answers_(on_answers) {
    find_cuts();
  }

  void add(const at::Tensor& pictures, const std::vector<int>& labels);
  profile::CodecTable table() const;

 private:
  void find_cuts();
  CodecCut make_cut(std::int32_t unit, std::vector<int> exits, const slice::Values& samples) const;
  void add_at(CodecCut& cut, CodecTally& tally, const slice::Values& values,
              const std::vector<int>& labels);
  at::Tensor through(CodecTally& tally, const at::Tensor& values, std::int64_t timed) const;
  std::int64_t count_right(const at::Tensor& logits, const std::vector<int>& labels,
                           BatchAnswers answers) const;

  std::shared_ptr<const model::Model> model_;
  const OnAnswers& on_answers_;
  std::vector<CodecCut> cuts_;
  std::shared_ptr<const slice::Slice> whole_;
  std::vector<std::int64_t> right_;  ///< per exit, nothing sent
  std::int64_t pictures_ = 0;
};

void CodecMeter::find_cuts() {
  const graph::LayerGraph& layers = model_->layers();
  right_.assign(static_cast<std::size_t>(layers.exit_count()), 0);
  std::map<std::int32_t, std::vector<int>> exits_behind;
  std::vector<ValueId> kept;
  for (int exit = 0; exit < layers.exit_count(); ++exit) {
    const ValueId logits = layers.exits[static_cast<std::size_t>(exit)].value;
    kept.push_back(logits);
    for (const std::int32_t unit : graph::cut_vertices(layers, exit)) {
      const bool crosses = layers.units[static_cast<std::size_t>(unit)].transmissible;
      if (unit != logits.unit && crosses) exits_behind[unit].push_back(exit);
    }
  }
  const slice::Values samples = [&] {
    std::vector<ValueId> all;
    for (const auto& [unit, exits] : exits_behind) {
      const auto& outputs = layers.units[static_cast<std::size_t>(unit)].outputs;
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        all.push_back({unit, static_cast<std::int32_t>(i)});
        if (unit != 0) kept.push_back(all.back());
      }
    }
    return slice::values_for(*model_, slice::random_inputs(*model_, 1, 1), all);
  }();
  for (auto& [unit, exits] : exits_behind) cuts_.push_back(make_cut(unit, exits, samples));
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  whole_ = slice::compile_slice(model_, {{{1, layers.unit_count() - 1}}, kept}, &samples);
}

CodecCut CodecMeter::make_cut(std::int32_t unit, std::vector<int> exits,
                              const slice::Values& samples) const {
  const graph::LayerGraph& layers = model_->layers();
  slice::SliceSpec rest;
  std::vector<bool> needed(layers.units.size(), false);
  for (const int exit : exits) {
    const std::vector<bool> of_exit = graph::units_of_exit(layers, exit);
    for (std::size_t id = 0; id < needed.size(); ++id) needed[id] = needed[id] || of_exit[id];
  }
  std::vector<std::int32_t> behind;
  for (std::int32_t id = unit + 1; id < layers.unit_count(); ++id) {
    if (needed[static_cast<std::size_t>(id)]) behind.push_back(id);
  }
  rest.units = to_ranges(behind);
  for (const int exit : exits) {
    rest.outputs.push_back(layers.exits[static_cast<std::size_t>(exit)].value);
  }
  std::sort(rest.outputs.begin(), rest.outputs.end());
  CodecCut cut{unit, std::move(exits), slice::compile_slice(model_, rest, &samples), 0, {}};
  for (const Codec codec : transport::all_codecs()) {
    bool takes = false;
    for (const ValueId& value : cut.rest->inputs()) {
      const graph::TensorSpec& spec = layers.units[static_cast<std::size_t>(value.unit)]
                                          .outputs[static_cast<std::size_t>(value.index)];
      takes = takes || transport::can_encode(codec, spec.type, spec.shape);
      if (codec == Codec::raw) cut.raw_bytes += spec.bytes();
    }
    if (takes) cut.tallies.push_back({codec, 0, 0, 0, 0, 0, {}, {}, {}});
    if (takes) cut.tallies.back().right.assign(cut.exits.size(), 0);
  }
  return cut;
}

/// Each picture by itself, as it is sent; `timed` of them count for bytes and times.
at::Tensor CodecMeter::through(CodecTally& tally, const at::Tensor& values,
                               std::int64_t timed) const {
  const bool loses =
      transport::packing_of(tally.codec) == transport::Packing::none && tally.codec != Codec::raw;
  const std::int64_t count = loses ? values.size(0) : std::min(timed, values.size(0));
  at::Tensor received = loses ? at::empty_like(values) : values;
  for (std::int64_t i = 0; i < count; ++i) {
    const Tensor sent = model::from_torch(values.narrow(0, i, 1));
    const bool takes = transport::can_encode(tally.codec, sent.type, sent.shape);
    const Codec codec = takes ? tally.codec : Codec::raw;
    const profile::Stopwatch encoding;
    const transport::EncodedTensor encoded = transport::encode(sent, codec);
    const Duration encode_time = encoding.elapsed();
    const profile::Stopwatch decoding;
    const Tensor decoded = transport::decode(encoded);
    const Duration decode_time = decoding.elapsed();
    if (loses) received.narrow(0, i, 1).copy_(model::to_torch(decoded));
    if (i >= timed) continue;
    tally.bytes += static_cast<double>(encoded.payload_bytes);
    tally.encode.push_back(encode_time);
    tally.decode.push_back(decode_time);
  }
  if (loses) add_error(values, received, tally);
  return received;
}

std::int64_t CodecMeter::count_right(const at::Tensor& logits, const std::vector<int>& labels,
                                     BatchAnswers answers) const {
  answers.right = right_ones(logits, labels);
  if (on_answers_) on_answers_(answers);
  return std::count(answers.right.begin(), answers.right.end(), true);
}

void CodecMeter::add_at(CodecCut& cut, CodecTally& tally, const slice::Values& values,
                        const std::vector<int>& labels) {
  const std::int64_t timed = std::max<std::int64_t>(kTimedPictures - pictures_, 0);
  tally.measured += std::min(timed, static_cast<std::int64_t>(labels.size()));
  std::vector<at::Tensor> received;
  for (const ValueId& value : cut.rest->inputs()) {
    received.push_back(through(tally, values.at(value), timed));
  }
  const bool same = transport::packing_of(tally.codec) != transport::Packing::none;
  if (same) return;
  const std::vector<at::Tensor> logits = cut.rest->run(received);
  for (std::size_t exit = 0; exit < cut.exits.size(); ++exit) {
    const ValueId value = model_->layers().exits[static_cast<std::size_t>(cut.exits[exit])].value;
    const auto& outputs = cut.rest->spec().outputs;
    const auto place = std::find(outputs.begin(), outputs.end(), value) - outputs.begin();
    tally.right[exit] +=
        count_right(logits[static_cast<std::size_t>(place)], labels,
                    {cut.unit, transport::name_of(tally.codec), cut.exits[exit], {}});
  }
}

void CodecMeter::add(const at::Tensor& pictures, const std::vector<int>& labels) {
  slice::Values values;
  values[{0, 0}] = pictures;
  const std::vector<at::Tensor> made = whole_->run({pictures});
  for (std::size_t i = 0; i < made.size(); ++i) values[whole_->spec().outputs[i]] = made[i];
  for (std::size_t exit = 0; exit < right_.size(); ++exit) {
    right_[exit] += count_right(values.at(model_->layers().exits[exit].value), labels,
                                {-1, "", static_cast<int>(exit), {}});
  }
  for (CodecCut& cut : cuts_) {
    for (CodecTally& tally : cut.tallies) add_at(cut, tally, values, labels);
  }
  pictures_ += static_cast<std::int64_t>(labels.size());
}

profile::CodecRow row_of(const CodecCut& cut, const CodecTally& tally, const CodecTally& exact,
                         std::size_t exits, std::int64_t pictures) {
  profile::CodecRow row;
  row.unit = cut.unit;
  row.codec = transport::name_of(tally.codec);
  row.raw_bytes = cut.raw_bytes;
  row.bytes = tally.bytes / static_cast<double>(std::max<std::int64_t>(tally.measured, 1));
  row.max_error = exact.max_error;
  if (exact.elements > 0) {
    row.mean_error = exact.absolute_error / static_cast<double>(exact.elements);
  }
  row.encode = profile::stats_of(tally.encode).median;
  row.decode = profile::stats_of(tally.decode).median;
  row.accuracy.resize(exits);
  for (std::size_t i = 0; i < cut.exits.size(); ++i) {
    row.accuracy[static_cast<std::size_t>(cut.exits[i])] =
        static_cast<double>(exact.right[i]) / static_cast<double>(pictures);
  }
  return row;
}

profile::CodecTable CodecMeter::table() const {
  profile::CodecTable table;
  table.digest = model_->digest();
  for (const std::int64_t right : right_) {
    table.exit_accuracy.push_back(static_cast<double>(right) / static_cast<double>(pictures_));
  }
  for (const CodecCut& cut : cuts_) {
    for (const CodecTally& tally : cut.tallies) {
      const auto exact = std::find_if(
          cut.tallies.begin(), cut.tallies.end(),
          [&](const auto& other) { return other.codec == transport::unpacked(tally.codec); });
      table.rows.push_back(row_of(cut, tally, *exact, right_.size(), pictures_));
    }
  }
  return table;
}

}  // namespace

profile::CodecTable measure_codecs(const std::shared_ptr<const model::Model>& model,
                                   const branchy_models::LabelledImages& images,
                                   const std::string& data_set,
                                   const std::function<void(std::int64_t done)>& progress,
                                   const OnAnswers& on_answers) {
  CodecMeter meter(model, on_answers);
  const std::int64_t at_once = model->layers().batchable ? kPicturesAtOnce : 1;
  for (std::int64_t first = 0; first < images.size(); first += at_once) {
    const std::int64_t count = std::min(at_once, images.size() - first);
    std::vector<at::Tensor> pictures;
    std::vector<int> labels;
    for (std::int64_t i = first; i < first + count; ++i) {
      branchy_models::LabelledImage labelled = images.at(i, 0);
      branchy_models::Image& image = labelled.image;
      pictures.push_back(at::from_blob(image.pixels.data(),
                                       {1, image.height, image.width, image.channels}, at::kByte)
                             .clone());
      labels.push_back(labelled.label);
    }
    meter.add(at::cat(pictures), labels);
    if (progress) progress(first + count);
  }
  profile::CodecTable table = meter.table();
  table.data_set = data_set + ", " + std::to_string(images.size()) + " images";
  table.machine = profile::local_key(model->layers()).machine;
  return table;
}

}  // namespace branchline::lab
