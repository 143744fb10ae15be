#pragma once

#include <string>

#include "framework/profile/unit_profile.h"

namespace branchline::profile {

/// Schema "branchline.profile/1" (docs/schemas.md).
std::string to_json(const Profile& profile);

/// @throws InputError naming `where` and the field.
Profile profile_from_json(const std::string& text, const std::string& where);

/// @throws InputError (InputKind::model) saying which of network, machine, threads or LibTorch
/// differs and the command
///         that measures anew.
void require_fresh(const ProfileKey& measured, const ProfileKey& now, const std::string& where);

}  // namespace branchline::profile
