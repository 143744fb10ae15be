#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "framework/model/model.h"

namespace branchline::testing {

/// A TorchScript file made from text, removed with the object. `body` defines `forward` and
/// whatever it calls; parameters are there as self.w0, self.w1, …
class ScriptFile {
 public:
  explicit ScriptFile(const std::string& body, const std::vector<at::Tensor>& weights = {});
  ~ScriptFile();
  ScriptFile(const ScriptFile&) = delete;
  ScriptFile& operator=(const ScriptFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::shared_ptr<const model::Model> load(const ScriptFile& file, std::vector<Shape> inputs);

/// Runs every unit by itself, on copies of the values it reads, as if each stood on a tier of its
/// own.
/// @returns the exits' logits.
std::vector<at::Tensor> run_unit_by_unit(const model::Model& model,
                                         const std::vector<at::Tensor>& inputs);

/// Normal values of a fixed seed.
std::vector<at::Tensor> random_inputs(const std::vector<Shape>& shapes);

/// Every unit by itself gives what the module gives, for inputs that import never saw.
void expect_units_equal_module(const model::Model& model, const std::vector<at::Tensor>& inputs);

/// The unit types in order: "input conv pool".
std::string types_of(const model::Model& model);

/// What load() says about the file.
std::string refusal_of(const ScriptFile& file, std::vector<Shape> inputs);

}  // namespace branchline::testing
