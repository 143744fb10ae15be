#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "apps/lab/codec_experiment.h"

namespace branchline::lab {

/// What crossed to the edge, for the answer that came of it.
struct Crossing {
  std::int32_t unit = -1;  ///< the cut vertex; -1: nothing crossed, the device answered
  std::string codec;       ///< without packing, which loses nothing; empty when nothing crossed

  friend auto operator<=>(const Crossing&, const Crossing&) = default;
};

struct MeasuredPictures;

/// For each test picture, exit and way over the link whether the network's answer is right: real
/// accuracy for simulations, the same pictures for every method. A value.
class PictureAnswers {
 public:
  /// Appends a batch of measure_codecs.
  void add(const BatchAnswers& batch);

  /// Picture numbers beyond pictures() start over. A crossing that was not measured (several values
  /// at once) counts as one that loses nothing.
  bool right(const Crossing& crossing, int exit, std::int64_t picture) const;

  /// Share of right() over all pictures.
  double accuracy(const Crossing& crossing, int exit) const;

  std::int64_t pictures() const;
  bool measured(const Crossing& crossing, int exit) const;

  friend bool operator==(const PictureAnswers&, const PictureAnswers&) = default;

 private:
  friend std::string to_json(const MeasuredPictures& measured);
  friend MeasuredPictures measured_pictures_from_json(const std::string& text,
                                                      const std::string& where);

  const std::vector<bool>& answers(const Crossing& crossing, int exit) const;

  std::map<std::pair<Crossing, int>, std::vector<bool>> answers_;
};

/// Answers, and what the codecs cost: one pass over the pictures gives both.
struct MeasuredPictures {
  PictureAnswers answers;
  profile::CodecTable codecs;

  friend bool operator==(const MeasuredPictures&, const MeasuredPictures&) = default;
};

/// "branchline.picture_answers/1".
std::string to_json(const MeasuredPictures& measured);

/// @throws InputError naming `where` and what is wrong.
MeasuredPictures measured_pictures_from_json(const std::string& text, const std::string& where);

/// As the file says if it is of this network and as many pictures, else measured and written there.
/// @param file  empty: measured and kept nowhere
/// @throws InputError when the file is damaged; RunError when it cannot be written.
MeasuredPictures measure_pictures(const std::shared_ptr<const model::Model>& model,
                                  const branchy_models::LabelledImages& images,
                                  const std::string& data_set, const std::string& file,
                                  const std::function<void(std::int64_t done)>& progress);

}  // namespace branchline::lab
