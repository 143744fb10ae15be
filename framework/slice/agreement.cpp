#include "framework/slice/agreement.h"

#include <torch/script.h>

namespace branchline::slice {

namespace {

std::string description(const at::Tensor& tensor) {
  return std::string(c10::toString(tensor.scalar_type())) + " " + c10::str(tensor.sizes());
}

}  // namespace

Agreement compare(const at::Tensor& reference, const at::Tensor& other) {
  Agreement result;
  if (reference.scalar_type() != other.scalar_type() || reference.sizes() != other.sizes()) {
    result.comparable = false;
    result.why = description(other) + " instead of " + description(reference);
    return result;
  }
  if (reference.numel() == 0) return result;
  const at::Tensor a = reference.to(at::kDouble);
  const at::Tensor b = other.to(at::kDouble);
  const at::Tensor odd = a.isfinite().logical_not();
  // Infinities and NaN must stand at the same places; the rest is compared by value.
  const at::Tensor same = at::logical_or(a.eq(b), at::logical_and(a.isnan(), b.isnan()));
  if (at::logical_and(odd, same.logical_not()).any().item<bool>() ||
      at::logical_and(odd.logical_not(), b.isfinite().logical_not()).any().item<bool>()) {
    result.comparable = false;
    result.why = "NaN or infinity at different places";
    return result;
  }
  const at::Tensor zero = at::zeros({}, a.options());
  result.difference = at::where(odd, zero, (a - b).abs()).max().item<double>();
  result.scale = at::where(odd, zero, a.abs()).max().item<double>();
  return result;
}

}  // namespace branchline::slice
