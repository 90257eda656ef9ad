(func (try (do (nop)) (catch 0 (drop)) (catch_all)) (try (do) (delegate 0)) try nop catch 0 rethrow 0 end (@unknown ( "x" ;; )
 )) (; (; ;) ;))