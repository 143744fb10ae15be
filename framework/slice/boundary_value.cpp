#include "framework/slice/boundary_value.h"

#include <torch/script.h>

#include <vector>

#include "framework/base/error.h"

namespace branchline::slice {

namespace {

template <typename Element>
c10::List<Element> list_at_boundary(const at::Tensor& tensor, at::ScalarType type) {
  const at::Tensor elements = tensor.to(type).contiguous();
  const Element* first = elements.data_ptr<Element>();
  c10::List<Element> list;
  list.reserve(static_cast<std::size_t>(elements.numel()));
  for (std::int64_t i = 0; i < elements.numel(); ++i) list.push_back(first[i]);
  return list;
}

c10::IValue list_from_boundary(const at::Tensor& tensor, const c10::Type& element) {
  switch (element.kind()) {
    case c10::TypeKind::IntType:
      return list_at_boundary<std::int64_t>(tensor, at::kLong);
    case c10::TypeKind::FloatType:
      return list_at_boundary<double>(tensor, at::kDouble);
    case c10::TypeKind::BoolType:
      return list_at_boundary<bool>(tensor, at::kBool);
    default:
      BL_EXPECT(false, "a list of " + element.str() + " cannot cross a cut");
  }
  return {};
}

}  // namespace

c10::IValue from_boundary(const at::Tensor& tensor, const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::TensorType:
      return tensor;
    case c10::TypeKind::IntType:
      return tensor.item<std::int64_t>();
    case c10::TypeKind::FloatType:
      return tensor.item<double>();
    case c10::TypeKind::BoolType:
      return tensor.item<bool>();
    case c10::TypeKind::NumberType:
      return tensor.item();
    case c10::TypeKind::ListType:
      return list_from_boundary(tensor, *type.containedTypes().at(0));
    default:
      BL_EXPECT(false, "a value of type " + type.str() + " cannot cross a cut");
  }
  return {};
}

at::Tensor to_boundary(const c10::IValue& value) {
  if (value.isTensor()) return value.toTensor().contiguous();
  if (value.isInt()) return at::scalar_tensor(value.toInt(), at::kLong);
  if (value.isDouble()) return at::scalar_tensor(value.toDouble(), at::kDouble);
  if (value.isBool()) return at::scalar_tensor(value.toBool(), at::kBool);
  if (value.isIntList()) return at::tensor(value.toIntVector(), at::kLong);
  if (value.isDoubleList()) return at::tensor(value.toDoubleVector(), at::kDouble);
  if (value.isBoolList()) {
    const c10::List<bool> flags = value.toBoolList();
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(flags.size())}, at::kBool);
    for (std::size_t i = 0; i < flags.size(); ++i) tensor.data_ptr<bool>()[i] = flags.get(i);
    return tensor;
  }
  BL_EXPECT(false, "a value of type " + value.tagKind() + " cannot cross a cut");
  return {};
}

}  // namespace branchline::slice
