#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/model/model_manifest.h"

namespace branchline::model {

struct UnitGraph;

struct LoadOptions {
  /// Shapes of the inputs with a leading batch of 1; empty: the manifest's. Needed for models
  /// without a manifest.
  std::vector<Shape> input_shapes;
};

/// A TorchScript file (traced or scripted), understood: its LayerGraph of fused units, the torch
/// graph behind it, its manifest and digest, and the module as it came, for comparison. Immutable;
/// every member is safe from any thread.
class Model {
 public:
  /// Loads, functionalises and fuses (design: framework/model/README.md).
  /// @throws InputError (InputKind::model) naming the file and what stands in the way, e.g. the
  /// operator, the missing
  ///         input shape, an output that is no tensor.
  static std::shared_ptr<const Model> load(const std::string& file,
                                           const LoadOptions& options = {});

  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const std::string& file() const;
  std::int64_t file_bytes() const;
  const std::string& digest() const;
  const ModelManifest& manifest() const;
  const graph::LayerGraph& layers() const;
  const UnitGraph& unit_graph() const;

  /// The model's inputs as slices take them: unit 0's outputs (an image input is u8 {1, H, W, C}).
  const std::vector<graph::TensorSpec>& inputs() const;

  /// Runs the module as it was loaded, neither frozen nor optimised: the reference of every
  /// comparison.
  /// @param inputs  as inputs() says; the leading dimension may be any batch size
  /// @returns one logits tensor per exit, earliest first
  /// @throws RunError when an operator fails.
  std::vector<at::Tensor> run_reference(const std::vector<at::Tensor>& inputs) const;

 private:
  struct Parts;
  explicit Model(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace branchline::model
