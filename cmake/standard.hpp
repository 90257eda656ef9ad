// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Precompiled: the part of the standard library that most files use. A file still includes what it
// needs.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
